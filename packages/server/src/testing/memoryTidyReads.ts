/** What the tidying reads of a vault in memory. */
import { assert, EnvelopeFlag, EnvelopeKind } from "@duro/crypto/types";
import type { BlobId, VaultId } from "@duro/protocol";
import type { BlobStore } from "../ports/blobStore.ts";
import type { PlacedEnvelope } from "../ports/chainStore.ts";
import type { BodyPlace, ChainPlace, StillVault } from "../ports/tidyStore.ts";
import { storedMark } from "../tidy/storedMark.ts";
import type { MemoryRelayData } from "./memoryRelayData.ts";

export interface Trashed {
  readonly body: Uint8Array;
  readonly atMs: number;
}

/** By position. */
export type Trash = Map<number, Trashed>;

type Reads = Omit<StillVault, "vault" | "position" | "logHead" | "tidied" | "change" | "setTidied">;

export const readingMemory = (
  data: MemoryRelayData,
  blobStore: Pick<BlobStore, "blob">,
  vault: VaultId,
  trash: Trash,
): Reads => {
  const envelopes = (): readonly PlacedEnvelope[] => data.envelopes.get(vault) ?? [];
  const bodyAt = (position: number): Uint8Array | undefined =>
    envelopes()[position - 1]?.body ?? trash.get(position)?.body;
  return {
    ...readingRows(data, vault, envelopes),
    bodyStarts: async (positions, byteLength) => {
      const starts = new Map<number, Uint8Array>();
      for (const position of positions) {
        const body = bodyAt(position);
        if (body !== undefined) starts.set(position, body.subarray(0, byteLength));
      }
      return starts;
    },
    wholeBlobs: async (blobs) => {
      const whole = new Set<BlobId>();
      for (const blob of blobs) {
        const found = await blobStore.blob({ vault, blob });
        if (found?.missingCount === 0 && !found.isDropped) whole.add(blob);
      }
      return whole;
    },
    fullBeacons: async (upTo) => {
      const full = envelopes().filter(
        ({ position, kind, flags }) =>
          kind === EnvelopeKind.Beacon &&
          flags === EnvelopeFlag.FullBeacon &&
          bodyAt(position) !== undefined,
      );
      return upTo.flatMap(({ chain, seq: upToSeq }): readonly ChainPlace[] => {
        const newest = full.findLast((beacon) => beacon.chain === chain && beacon.seq <= upToSeq);
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

const readingRows = (
  data: MemoryRelayData,
  vault: VaultId,
  envelopes: () => readonly PlacedEnvelope[],
): Pick<Reads, "chains" | "checkpoints" | "attestsOn" | "marksAt"> => {
  const at = (position: number): PlacedEnvelope => {
    const envelope = envelopes()[position - 1];
    assert(envelope !== undefined, "a row stands for what is stored");
    return envelope;
  };
  return {
    chains: async () => [...(data.chains.get(vault)?.values() ?? [])],
    checkpoints: async (countMax) =>
      (data.checkpoints.get(vault) ?? []).slice(-countMax).map((row) => {
        const { position, envelope, user, device, isPurge, storedAtMs } = row;
        const { chain, seq } = at(position);
        return { vault, position, envelope, user, device, isPurge, storedAtMs, chain, seq };
      }),
    attestsOn: async (checkpoints) => {
      const asked = new Set(checkpoints);
      const said = new Set<string>();
      return (data.attests.get(vault) ?? []).flatMap((row) => {
        const mark = storedMark(at(row.position).signedHead);
        const name = `${row.checkpoint}/${mark.chain}/${row.isOk}`;
        if (!asked.has(row.checkpoint) || said.has(name)) return [];
        said.add(name);
        return [{ ...row, mark }];
      });
    },
    marksAt: async (places) => {
      const asked = new Set(places.map(({ chain, seq }) => `${chain}/${seq}`));
      return envelopes()
        .filter(({ chain, seq }) => asked.has(`${chain}/${seq}`))
        .map(({ signedHead }) => storedMark(signedHead));
    },
  };
};
