/** What was just stored, as it goes to everybody who listens: spelled once. */
import { assert } from "@duro/crypto/types";
import {
  encodeSignedHeads,
  limits,
  type LiveBatch,
  type PreparedRun,
  type VaultId,
  vaultPositions,
} from "@duro/protocol";
import type { PlacedEnvelope } from "../ports/chainStore.ts";
import { framesOf } from "./frames.ts";

/** A run as the relay stored it. */
export interface LiveRun {
  readonly envelopes: readonly PlacedEnvelope[];
  readonly origin: symbol | undefined;
}

const positionOf = (value: number) => {
  const position = vaultPositions.parse(value);
  assert(position.ok, "positions stay below 2^53");
  return position.value;
};

const byteLengthOf = ({ envelopes }: LiveRun): number =>
  envelopes.reduce((sum, { signedHead, body }) => sum + signedHead.length + (body?.length ?? 0), 0);

const prepared = ({ envelopes, origin }: LiveRun, wantsBodies: boolean): PreparedRun => ({
  bytes: encodeSignedHeads(
    wantsBodies ? envelopes : envelopes.map(({ signedHead }) => ({ signedHead, body: undefined })),
  ),
  envelopeCount: envelopes.length,
  origin,
});

const batchOf = (vault: VaultId, runs: readonly LiveRun[]): LiveBatch => {
  const first = runs[0]?.envelopes[0];
  const last = runs.at(-1)?.envelopes.at(-1);
  assert(first !== undefined && last !== undefined, "a batch has an envelope");
  let whole: readonly PreparedRun[] | undefined;
  let headsOnly: readonly PreparedRun[] | undefined;
  return {
    vault,
    fromPosition: first.position,
    toPosition: positionOf(last.position),
    runs: (wantsBodies) =>
      wantsBodies
        ? (whole ??= runs.map((run) => prepared(run, true)))
        : (headsOnly ??= runs.map((run) => prepared(run, false))),
  };
};

/** One frame each, so within a frame's limits. Rising by position. */
export const batchesOf = (vault: VaultId, runs: readonly LiveRun[]): readonly LiveBatch[] => {
  const batches: LiveBatch[] = [];
  let gathered: LiveRun[] = [];
  let envelopeCount = 0;
  let byteLength = 0;
  for (const run of runs) {
    const ownByteLength = byteLengthOf(run);
    const isFull =
      envelopeCount + run.envelopes.length > limits.envelopesPerFrameMax ||
      byteLength + ownByteLength > limits.pageByteLength;
    if (isFull && gathered.length > 0) {
      batches.push(batchOf(vault, gathered));
      gathered = [];
      envelopeCount = 0;
      byteLength = 0;
    }
    gathered.push(run);
    envelopeCount += run.envelopes.length;
    byteLength += ownByteLength;
  }
  if (gathered.length > 0) batches.push(batchOf(vault, gathered));
  return batches;
};

const withoutBody = (envelope: PlacedEnvelope): PlacedEnvelope => ({
  ...envelope,
  body: undefined,
});

/** Read back from the store, after a gap or what another node stored. */
export const batchesOfPage = (
  vault: VaultId,
  envelopes: readonly PlacedEnvelope[],
): readonly LiveBatch[] => {
  const batches: LiveBatch[] = [];
  let rest = envelopes;
  for (const frame of framesOf(envelopes)) {
    const count = frame.reduce((sum, { envelopeCount }) => sum + envelopeCount, 0);
    const [first] = rest;
    const last = rest[count - 1];
    assert(first !== undefined && last !== undefined, "frames hold what was read");
    const part = rest.slice(0, count);
    batches.push({
      vault,
      fromPosition: first.position,
      toPosition: positionOf(last.position),
      runs: (wantsBodies) => (wantsBodies ? frame : framesOf(part.map(withoutBody)).flat()),
    });
    rest = rest.slice(count);
  }
  return batches;
};
