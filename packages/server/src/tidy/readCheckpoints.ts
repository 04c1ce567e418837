/**
 * Reads what the newest checkpoints say. How many there are is up to whoever may write in the vault, so
 * there is a limit to what is read; those behind it are left as they are.
 */
import { EnvelopeKind, sizes } from "@duro/crypto/types";
import { readClear } from "@duro/crypto/verify";
import { decodeBodyClear, type EnvelopeId, limits } from "@duro/protocol";
import type { StillVault, StoredCheckpoint } from "../ports/tidyStore.ts";
import type { CheckpointFacts, CheckpointSays } from "./vaultFacts.ts";

/** Of a vault that writes one every twenty minutes, those of two weeks, which the trash still holds. */
const checkpointCountMax = 1_024;
/** Marks and blobs in all of them: some ten MiB, and sixteen of the longest that can be. */
const namedCountMax = 16 * limits.chainsPerVectorMax;

/** Enough for a hundred chains. */
const shortStartByteLength = 8_192;
/** The longest clear part with its length, and the commitment behind it, without which nothing reads. */
const longStartByteLength = 4 + sizes.bodyClearByteLengthMax + sizes.commitmentByteLength;

/** What never changes about it, and what reading it costs of the limit. */
export interface ReadCheckpoint {
  readonly says: CheckpointSays;
  readonly namedCount: number;
}

type Read = Map<EnvelopeId, ReadCheckpoint>;

/** Rising by position, as from the store. `readById` holds what was read before, and what is read now. */
export const readCheckpoints = async (
  still: StillVault,
  readById: Read,
): Promise<{
  readonly checkpoints: readonly CheckpointFacts[];
  readonly unreadBefore: number;
}> => {
  const rows = await still.checkpoints(checkpointCountMax + 1);
  const newest = rows.slice(-checkpointCountMax).toReversed();
  const fresh = newest.filter(({ envelope }) => !readById.has(envelope));
  const starts = await still.bodyStarts(
    fresh.map(({ position }) => position),
    shortStartByteLength,
  );
  const checkpoints: CheckpointFacts[] = [];
  let namedCount = 0;
  for (const row of newest) {
    const read = readById.get(row.envelope) ?? (await readOne(still, row, starts));
    namedCount += read.namedCount;
    if (namedCount > namedCountMax) break;
    if (read.says.kind !== "body missing") readById.set(row.envelope, read);
    checkpoints.unshift(factsOf(row, read.says));
  }
  const isAll = checkpoints.length === rows.length;
  return { checkpoints, unreadBefore: isAll ? 0 : (checkpoints[0]?.position ?? 0) };
};

const factsOf = (row: StoredCheckpoint, says: CheckpointSays): CheckpointFacts => ({
  position: row.position,
  mark: { chain: row.chain, seq: row.seq, id: row.envelope },
  user: row.user,
  device: row.device,
  isPurge: row.isPurge,
  storedAtMs: row.storedAtMs,
  says,
});

const readOne = async (
  still: StillVault,
  { position }: StoredCheckpoint,
  starts: ReadonlyMap<number, Uint8Array>,
): Promise<ReadCheckpoint> => {
  const start = starts.get(position);
  if (start === undefined) return { says: { kind: "body missing" }, namedCount: 0 };
  const says = saysOf(start);
  if (says.kind !== "unreadable" || start.length < shortStartByteLength)
    return { says, namedCount: namedCountOf(says) };
  const long = (await still.bodyStarts([position], longStartByteLength)).get(position);
  // It costs as much as one can, whatever comes of it.
  return { says: saysOf(long ?? start), namedCount: limits.chainsPerVectorMax };
};

const namedCountOf = (says: CheckpointSays): number =>
  says.kind === "read" ? says.coverage.length + says.blobs.length : 0;

const saysOf = (bodyStart: Uint8Array): CheckpointSays => {
  const clear = readClear(bodyStart);
  if (!clear.ok) return { kind: "unreadable" };
  const said = decodeBodyClear(EnvelopeKind.Checkpoint, clear.value);
  if (!said.ok)
    return { kind: said.error.type === "FormatUnsupported" ? "newer format" : "unreadable" };
  return said.value.type === "Checkpoint"
    ? { kind: "read", coverage: said.value.coverage, blobs: said.value.blobs }
    : { kind: "unreadable" };
};
