/**
 * Makes envelopes of this device's chain. Late: under the newest epoch and the newest log head, so that
 * whoever was removed meanwhile reads nothing of it. Final: what is sealed is sent as it is.
 */
import { type DeviceKeys, type RandomBytes, sealEnvelope, type VaultKey } from "@duro/crypto";
import {
  assert,
  EnvelopeFlag,
  EnvelopeKind,
  type Incarnation,
  noEnvelope,
} from "@duro/crypto/types";
import { currentEpoch, type Envelope } from "@duro/crypto/verify";
import {
  type Body,
  type ChainId,
  type ChainMark,
  type DocId,
  encodeBody,
  encodeDataContent,
  limits,
  type OpenReason,
  type Seen,
  type UserId,
  type VaultId,
} from "@duro/protocol";
import type { ChainRow } from "../store/rows.ts";
import { mergeEdits } from "../updates/mergeUpdates.ts";
import type { Edit, Waiting } from "./outbox.ts";
import type { LogView } from "./view.ts";

/** One life of this device in a vault. */
export interface OwnChain {
  readonly chain: ChainId;
  readonly user: UserId;
  readonly device: DeviceKeys;
  readonly incarnation: Incarnation;
  readonly reason: OpenReason;
  /** The life before, as far as it counts. */
  readonly predecessor: ChainMark | undefined;
}

export interface Sealed {
  readonly row: ChainRow;
  readonly envelopes: readonly Envelope[];
}

/** The key of the newest epoch, if it is at hand. */
export const currentKey = (view: LogView): VaultKey | undefined =>
  view.keys.get(currentEpoch(view.state).epoch);

/** The bodies, one after the other, and the opening before them where the chain is new. */
export const sealBodies = (
  deps: { readonly randomBytes: RandomBytes },
  { vault, view, own, row }: SealPlace,
  bodies: readonly Body[],
  isPurge = false,
): Sealed => {
  const vaultKey = currentKey(view);
  assert(vaultKey !== undefined, "nothing is sealed without the newest key");
  const { id: logHead, index: lastLogIndex } = view.state.head;
  const { epoch } = vaultKey;
  let head = row?.head ?? { at: 0, id: noEnvelope };
  const all = row === undefined ? [openBodyOf(own), ...bodies] : bodies;
  const envelopes = all.map((body) => {
    const sealed = sealEnvelope(
      deps,
      { vaultKey, signSecret: own.device.signSecret },
      {
        kind: EnvelopeKind[body.type],
        flags: flagsOf(body, isPurge),
        vault,
        chain: own.chain,
        seq: head.at + 1,
        previous: head.id,
        epoch,
        logHead,
      },
      encodeBody(body),
    );
    head = { at: sealed.head.seq, id: sealed.id };
    return sealed;
  });
  const opening = row ?? {
    chain: own.chain,
    user: own.user,
    device: own.device.id,
    incarnation: own.incarnation,
    logHead,
    voidAt: 0,
    receipted: 0,
  };
  return { row: { ...opening, head, epoch, counted: head.at, lastLogIndex }, envelopes };
};

export interface SealPlace {
  readonly vault: VaultId;
  readonly view: LogView;
  readonly own: OwnChain;
  readonly row: ChainRow | undefined;
}

const flagsOf = (body: Body, isPurge: boolean): number => {
  if (body.type === "Checkpoint") return isPurge ? EnvelopeFlag.Purge : 0;
  return body.type === "Beacon" && body.plaintext.isFull ? EnvelopeFlag.FullBeacon : 0;
};

const openBodyOf = (own: OwnChain): Body => ({
  type: "Open",
  clear: { user: own.user, device: own.device.id, incarnation: own.incarnation },
  plaintext: { predecessor: own.predecessor, reason: own.reason, note: "" },
});

/** What stands around the updates of a DATA, with room to spare. */
const aroundByteLength = 65_536;

/** As many of those that wait as one envelope holds, oldest first. */
export const nextToSeal = (waiting: readonly Waiting[], byteLengthMax: number): number => {
  const docs = new Set<DocId>();
  let byteLength = 0;
  let count = 0;
  for (const { doc, byteLength: ofThis, isApplied } of waiting) {
    docs.add(doc);
    byteLength += ofThis;
    const isFull =
      byteLength > Math.min(byteLengthMax, limits.dataContentByteLengthMax - aroundByteLength) ||
      docs.size > limits.docsPerBodyMax;
    if (!isApplied || (isFull && count > 0)) break;
    count += 1;
  }
  return count;
};

export const dataOf = (edits: readonly Edit[], seen: readonly Seen[]): Body => {
  const byDoc = new Map<DocId, Uint8Array[]>();
  for (const { doc, update } of edits) {
    const updates = byDoc.get(doc) ?? [];
    updates.push(update);
    byDoc.set(doc, updates);
  }
  const updates = [...byDoc]
    .map(([doc, all]) => ({ doc, update: mergeEdits(all) }))
    .toSorted((left, right) => (left.doc < right.doc ? -1 : 1));
  return {
    type: "Data",
    plaintext: { isDeflated: false, content: encodeDataContent({ updates, seen }) },
  };
};
