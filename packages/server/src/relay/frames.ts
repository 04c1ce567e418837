/** Stored envelopes as frames: contiguous ones of a chain in one run, frames within their limits. */
import { limits, encodeSignedHeads, type PreparedRun } from "@duro/protocol";
import type { PlacedEnvelope } from "../ports/chainStore.ts";

/** Rising by position; each list of runs is one frame. */
export const framesOf = (
  envelopes: readonly PlacedEnvelope[],
): readonly (readonly PreparedRun[])[] => {
  const frames: PreparedRun[][] = [];
  let frame: PreparedRun[] = [];
  let run: PlacedEnvelope[] = [];
  let envelopeCount = 0;
  let byteLength = 0;
  const endRun = (): void => {
    if (run.length > 0)
      frame.push({ bytes: encodeSignedHeads(run), envelopeCount: run.length, origin: undefined });
    run = [];
  };
  const endFrame = (): void => {
    endRun();
    if (frame.length > 0) frames.push(frame);
    frame = [];
    envelopeCount = 0;
    byteLength = 0;
  };
  for (const envelope of envelopes) {
    const ownByteLength = envelope.signedHead.length + (envelope.body?.length ?? 0);
    const isFull =
      envelopeCount >= limits.envelopesPerFrameMax ||
      byteLength + ownByteLength > limits.pageByteLength;
    if (isFull && envelopeCount > 0) endFrame();
    const last = run.at(-1);
    const goesOn = last?.chain === envelope.chain && last.seq + 1 === envelope.seq;
    if (!goesOn) endRun();
    run.push(envelope);
    envelopeCount += 1;
    byteLength += ownByteLength;
  }
  endFrame();
  return frames;
};
