/** Writes a chain by hand: whatever a member with a program of their own can sign and seal. */
import { clientIdOf, type DeviceKeys, sealEnvelope, type VaultKey } from "@duro/crypto";
import { incarnationOf } from "@duro/crypto/testing/people";
import {
  type BodyContent,
  type ChainId,
  type Envelope,
  type EnvelopeId,
  EnvelopeKind,
  type HeadFields,
  type Incarnation,
  noEnvelope,
} from "@duro/crypto/types";
import { chainIdOf } from "@duro/crypto/verify";
import {
  type Body,
  type DocId,
  docIds,
  encodeBody,
  encodeDataContent,
  OpenReason,
  type Seen,
  type UserId,
} from "@duro/protocol";
import { Doc } from "yjs";
import { deps, docOf, type Room } from "./station.ts";

export type Written = Envelope & { readonly id: EnvelopeId };

export interface Author {
  readonly chain: ChainId;
  readonly incarnation: Incarnation;
  readonly written: readonly Written[];
  open(over?: Over): Written;
  /** Behind what is there, or where `over` says. */
  next(body: Body, over?: Over): Written;
  raw(kind: EnvelopeKind, content: BodyContent, over?: Over): Written;
  /** An envelope with that update, or with what typing at the end of the first document gives. */
  data(update: Uint8Array, over?: Over, seen?: readonly Seen[]): Written;
  type(text: string, over?: Over): Written;
}

export interface Over extends Partial<HeadFields> {
  readonly key?: VaultKey;
  /** What its OPEN calls itself. */
  readonly device?: DeviceKeys;
}

export const createAuthor = (
  room: Room,
  user: UserId,
  device: DeviceKeys,
  incarnation = incarnationOf(9),
): Author => {
  const chain = chainIdOf(device.signKey, incarnation);
  const written: Written[] = [];
  const doc = docOf(1);
  const ydoc = new Doc();
  ydoc.clientID = clientIdOf(chain, docIds.toBytes(doc));

  const raw: Author["raw"] = (kind, content, { key = room.vault.key, ...over } = {}) => {
    const last = written.at(-1);
    const fields: HeadFields = {
      kind,
      flags: over.flags ?? 0,
      vault: over.vault ?? room.vault.state.vault,
      chain: over.chain ?? chain,
      seq: over.seq ?? (last?.head.seq ?? 0) + 1,
      previous: over.previous ?? last?.id ?? noEnvelope,
      epoch: over.epoch ?? key.epoch,
      logHead: over.logHead ?? room.vault.state.head.id,
    };
    const keys = { vaultKey: key, signSecret: device.signSecret };
    const envelope = sealEnvelope(deps, keys, fields, content);
    written.push(envelope);
    return envelope;
  };
  const next: Author["next"] = (body, over) => raw(EnvelopeKind[body.type], encodeBody(body), over);
  const data: Author["data"] = (update, over, seen = []) =>
    next(dataBody([{ doc, update }], seen), over);

  return {
    chain,
    incarnation,
    written,
    raw,
    next,
    data,
    open: (over = {}) =>
      next(
        {
          type: "Open",
          clear: { user, device: (over.device ?? device).id, incarnation },
          plaintext: { predecessor: undefined, reason: OpenReason.First, note: "" },
        },
        over,
      ),
    type: (text, over) => data(updateOf(ydoc, text), over),
  };
};

export const dataBody = (
  updates: readonly { readonly doc: DocId; readonly update: Uint8Array }[],
  seen: readonly Seen[] = [],
): Body => ({
  type: "Data",
  plaintext: { isDeflated: false, content: encodeDataContent({ updates, seen }) },
});

/** What typing at the end of a document gives. */
export const updateOf = (ydoc: Doc, text: string): Uint8Array => {
  const updates: Uint8Array[] = [];
  const listen = (update: Uint8Array): void => void updates.push(update);
  ydoc.on("update", listen);
  ydoc.getText("t").insert(ydoc.getText("t").length, text);
  ydoc.off("update", listen);
  const [update] = updates;
  return update ?? new Uint8Array([0, 0]);
};
