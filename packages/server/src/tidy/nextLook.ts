/** When a vault must be looked at again although nothing was stored in it: time alone changes things. */
import { times } from "@duro/protocol";
import type { JudgedCheckpoint } from "./keepCheckpoints.ts";
import type { VaultFacts } from "./vaultFacts.ts";

const hourMs = 3_600_000;

/** Blobs come and go without a word in the vault, and a body may be sent anew. The trash waits longer. */
const lookAgainMs = 24 * hourMs;
/** Where they are all that a checkpoint waits for. */
const lookForBlobsMs = hourMs;

/** Undefined: never, until something is stored. */
export const nextLookMs = (
  { nowMs, writers, wholeBlobs }: Pick<VaultFacts, "nowMs" | "writers" | "wholeBlobs">,
  checkpoints: readonly Pick<JudgedCheckpoint, "judgement" | "storedAtMs" | "says">[],
  oldestTrashedAtMs: number | undefined,
): number | undefined => {
  if (checkpoints.length === 0 && oldestTrashedAtMs === undefined) return undefined;
  const isBlobWanted = checkpoints.some(
    ({ judgement, says }) =>
      judgement === "waiting" &&
      says.kind === "read" &&
      !says.blobs.every((blob) => wholeBlobs.has(blob)),
  );
  const changesAtMs = [
    ...checkpoints.map(({ storedAtMs }) => storedAtMs + times.activeWriterMs),
    ...[...writers.values()].map((writtenAtMs = 0) => writtenAtMs + times.activeWriterMs),
    (oldestTrashedAtMs ?? nowMs) + times.trashLifetimeMs,
  ];
  const againAtMs = nowMs + (isBlobWanted ? lookForBlobsMs : lookAgainMs);
  return Math.min(againAtMs, ...changesAtMs.filter((atMs) => atMs > nowMs));
};
