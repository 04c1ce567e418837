/**
 * Tidying in memory, for tests and the simulation. What is in the trash stands here and nowhere else, so
 * whoever reads envelopes finds them without their bodies. Nothing keeps others from appending while a
 * vault is held: what that changes is seen by the next look.
 */
import { EnvelopeFlag, EnvelopeKind } from "@duro/crypto/types";
import type { BlobId, VaultId } from "@duro/protocol";
import type { BlobStore } from "../ports/blobStore.ts";
import type { PlacedEnvelope } from "../ports/chainStore.ts";
import type {
  BodyChanges,
  BodyPlace,
  ChainPlace,
  StillVault,
  Tidied,
  TidyStore,
} from "../ports/tidyStore.ts";
import { storedMark } from "../tidy/storedMark.ts";
import type { MemoryRelayData } from "./memoryRelayData.ts";

interface Trashed {
  readonly body: Uint8Array;
  readonly atMs: number;
}

interface TidiedVault {
  tidied: Tidied;
  /** By position. */
  readonly trash: Map<number, Trashed>;
}

const untouched: Tidied = { position: 0, logIndex: 0, plan: undefined, dueAtMs: undefined };

/** One object is one relay's: nodes share it, as they share a database. */
export const createMemoryTidyStore = (
  data: MemoryRelayData,
  blobStore: Pick<BlobStore, "blob">,
): TidyStore => {
  const tidiedVaults = new Map<VaultId, TidiedVault>();
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
        ...reading(data, blobStore, vault, of),
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

const reading = (
  data: MemoryRelayData,
  blobStore: Pick<BlobStore, "blob">,
  vault: VaultId,
  { trash }: TidiedVault,
): Omit<StillVault, "vault" | "position" | "logHead" | "tidied" | "change" | "setTidied"> => {
  const envelopes = (): readonly PlacedEnvelope[] => data.envelopes.get(vault) ?? [];
  const at = (position: number): PlacedEnvelope => {
    const envelope = envelopes()[position - 1];
    if (envelope === undefined) throw new RangeError("a row stands for what is stored");
    return envelope;
  };
  const bodyAt = (position: number): Uint8Array | undefined =>
    envelopes()[position - 1]?.body ?? trash.get(position)?.body;
  const isAt = ({ chain, seq }: ChainPlace, envelope: PlacedEnvelope): boolean =>
    envelope.chain === chain && envelope.seq === seq;
  return {
    chains: async () => [...(data.chains.get(vault)?.values() ?? [])],
    checkpoints: async () =>
      (data.checkpoints.get(vault) ?? []).map((row) => {
        const { chain, seq } = at(row.position);
        return { ...row, chain, seq };
      }),
    attests: async () =>
      (data.attests.get(vault) ?? []).map((row) => ({
        ...row,
        mark: storedMark(at(row.position).signedHead),
      })),
    bodyStart: async (position, byteLength) => bodyAt(position)?.subarray(0, byteLength),
    marksAt: async (places) =>
      envelopes()
        .filter((envelope) => places.some((place) => isAt(place, envelope)))
        .map(({ signedHead }) => storedMark(signedHead)),
    wholeBlobs: async (blobs) => {
      const whole = new Set<BlobId>();
      for (const blob of blobs) {
        const found = await blobStore.blob({ vault, blob });
        if (found?.missingCount === 0 && !found.isDropped) whole.add(blob);
      }
      return whole;
    },
    fullBeacons: async (upTo) => {
      const isFull = ({ position, kind, flags }: PlacedEnvelope): boolean =>
        kind === EnvelopeKind.Beacon &&
        flags === EnvelopeFlag.FullBeacon &&
        bodyAt(position) !== undefined;
      return upTo.flatMap(({ chain, seq: upToSeq }): readonly ChainPlace[] => {
        const newest = envelopes().findLast(
          (envelope) => envelope.chain === chain && envelope.seq <= upToSeq && isFull(envelope),
        );
        return newest === undefined ? [] : [{ chain, seq: newest.seq }];
      });
    },
    bodies: async (afterPosition, countMax) =>
      envelopes()
        .filter(({ position }) => position > afterPosition && bodyAt(position) !== undefined)
        .slice(0, countMax)
        .map(({ position, chain, seq, kind, bodyByteLength }): BodyPlace => {
          const trashedAtMs = trash.get(position)?.atMs;
          return { position, chain, seq, kind, byteLength: bodyByteLength, trashedAtMs };
        }),
    oldestTrashedAtMs: async () =>
      trash.size === 0 ? undefined : Math.min(...[...trash.values()].map(({ atMs }) => atMs)),
  };
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
