/**
 * Tidying in memory, for tests and the simulation. What is in the trash stands here and nowhere else, so
 * whoever reads envelopes finds them without their bodies. Nothing keeps others from appending while a
 * vault is held: what that changes is seen by the next look.
 */
import type { VaultId } from "@duro/protocol";
import type { BlobStore } from "../ports/blobStore.ts";
import type { BodyChanges, Tidied, TidyStore } from "../ports/tidyStore.ts";
import type { MemoryRelayData } from "./memoryRelayData.ts";
import { readingMemory, type Trash } from "./memoryTidyReads.ts";

export interface TidiedVault {
  tidied: Tidied;
  readonly trash: Trash;
}

const untouched: Tidied = { position: 0, logIndex: 0, plan: undefined, dueAtMs: undefined };

/** One object is one relay's: nodes share it, as they share a database. */
export const createMemoryTidyStore = (
  data: MemoryRelayData,
  blobStore: Pick<BlobStore, "blob">,
  tidiedVaults = new Map<VaultId, TidiedVault>(),
): TidyStore => {
  let isHeld = false;

  const tidiedOf = (vault: VaultId): TidiedVault => {
    const known = tidiedVaults.get(vault) ?? { tidied: untouched, trash: new Map() };
    tidiedVaults.set(vault, known);
    return known;
  };

  return {
    alone: async (work) => {
      if (isHeld) return undefined;
      isHeld = true;
      try {
        return await work();
      } finally {
        isHeld = false;
      }
    },

    vaultsToTidy: async (nowMs, after, countMax) =>
      [...data.vaults]
        .filter(([vault, { position, logHead }]) => {
          const { tidied } = tidiedOf(vault);
          const hasGrown = position > tidied.position || logHead.index > tidied.logIndex;
          const isDue = tidied.dueAtMs !== undefined && tidied.dueAtMs <= nowMs;
          return (after === undefined || vault > after) && (hasGrown || isDue);
        })
        .map(([vault]) => vault)
        .toSorted()
        .slice(0, countMax),

    hold: async (vault, work) => {
      const found = data.vaults.get(vault);
      if (found === undefined) return undefined;
      const of = tidiedOf(vault);
      forgetSentAnew(data, vault, of);
      return work({
        ...readingMemory(data, blobStore, vault, of.trash),
        vault,
        position: found.position,
        logHead: found.logHead,
        tidied: of.tidied,
        change: async (changes, nowMs) => changeBodies(data, vault, of, changes, nowMs),
        setTidied: async (tidied) => {
          of.tidied = tidied;
        },
      });
    },
  };
};

/** A body that somebody brought again while it was in the trash is one body. */
const forgetSentAnew = (data: MemoryRelayData, vault: VaultId, { trash }: TidiedVault): void => {
  const envelopes = data.envelopes.get(vault) ?? [];
  for (const [position, { body }] of trash) {
    if (envelopes[position - 1]?.body === undefined) continue;
    trash.delete(position);
    giveBack(data, vault, body.length);
  }
};

const giveBack = (data: MemoryRelayData, vault: VaultId, byteLength: number): void => {
  const found = data.vaults.get(vault);
  if (found !== undefined)
    data.vaults.set(vault, { ...found, usedByteLength: found.usedByteLength - byteLength });
};

const changeBodies = (
  data: MemoryRelayData,
  vault: VaultId,
  { trash }: TidiedVault,
  changes: BodyChanges,
  nowMs: number,
): number => {
  const envelopes = data.envelopes.get(vault) ?? [];
  const setBody = (position: number, body: Uint8Array | undefined): void => {
    const envelope = envelopes[position - 1];
    if (envelope !== undefined) envelopes[position - 1] = { ...envelope, body };
  };
  for (const position of changes.trash) {
    const body = envelopes[position - 1]?.body;
    if (body === undefined) continue;
    trash.set(position, { body, atMs: nowMs });
    setBody(position, undefined);
  }
  for (const position of changes.restore) {
    const trashed = trash.get(position);
    trash.delete(position);
    if (trashed !== undefined) setBody(position, trashed.body);
  }
  let byteLength = 0;
  for (const position of changes.remove) {
    byteLength += trash.get(position)?.body.length ?? envelopes[position - 1]?.body?.length ?? 0;
    trash.delete(position);
    setBody(position, undefined);
  }
  giveBack(data, vault, byteLength);
  forgetCheckpoints(data, vault, new Set(changes.remove));
  return byteLength;
};

const forgetCheckpoints = (
  data: MemoryRelayData,
  vault: VaultId,
  positions: ReadonlySet<number>,
): void => {
  const checkpoints = data.checkpoints.get(vault) ?? [];
  const removed = checkpoints.filter(({ position }) => positions.has(position));
  if (removed.length === 0) return;
  const ids = new Set(removed.map(({ envelope }) => envelope));
  const attests = data.attests.get(vault) ?? [];
  data.checkpoints.set(
    vault,
    checkpoints.filter(({ envelope }) => !ids.has(envelope)),
  );
  data.attests.set(
    vault,
    attests.filter(({ checkpoint }) => !ids.has(checkpoint)),
  );
};
