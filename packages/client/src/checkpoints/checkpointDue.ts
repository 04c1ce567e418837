/** When the next checkpoint is worth its bytes. */

/** What came since the newest checkpoint that this device knows of, whoever wrote it. */
export interface SinceCheckpoint {
  readonly envelopeCount: number;
  /** Of their bodies. */
  readonly byteLength: number;
}

/** A newcomer reads so many in a second or two. */
const envelopesPerCheckpointMax = 300;
const byteLengthPerCheckpointMax = 1_048_576;

export const checkpointDue = ({ envelopeCount, byteLength }: SinceCheckpoint): boolean =>
  envelopeCount > envelopesPerCheckpointMax || byteLength > byteLengthPerCheckpointMax;
