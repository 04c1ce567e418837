/** When the next checkpoint is worth its bytes. */

/** What came since the newest checkpoint that this device knows of, whoever wrote it. */
export interface SinceCheckpoint {
  readonly envelopeCount: number;
  /** Of their bodies. */
  readonly byteLength: number;
}

/** A newcomer reads so many in a second or two. */
const perCheckpoint: SinceCheckpoint = { envelopeCount: 300, byteLength: 1_048_576 };

/** `most`: what may come until the next one. */
export const checkpointDue = (
  { envelopeCount, byteLength }: SinceCheckpoint,
  most: SinceCheckpoint = perCheckpoint,
): boolean => envelopeCount > most.envelopeCount || byteLength > most.byteLength;
