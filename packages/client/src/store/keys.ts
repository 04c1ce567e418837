/** Where each thing lies in the local store's tables: ids and big-endian numbers, so that order is order. */
import { concatBytes } from "@duro/crypto/types";
import {
  type ChainId,
  chainIds,
  type DocId,
  docIds,
  type LogName,
  type VaultId,
  vaultIds,
} from "@duro/protocol";
import type { KeyRange } from "../ports/localStore.ts";

const numberByteLength = 8;
const idByteLength = vaultIds.byteLength;
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

const numberBytes = (number: number): Uint8Array => {
  const bytes = new Uint8Array(numberByteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
};

/** Behind every key that begins so; undefined: to the end of the table. */
const endOf = (prefix: Uint8Array): Uint8Array | undefined => {
  const at = prefix.findLastIndex((byte) => byte < 0xff);
  if (at === -1) return undefined;
  const end = prefix.slice(0, at + 1);
  end[at] = (end[at] ?? 0) + 1;
  return end;
};

const under = (prefix: Uint8Array): KeyRange => ({ from: prefix, end: endOf(prefix) });

const logBytes = ({ kind, log }: LogName): Uint8Array =>
  // Ids of users and of vaults are spelled alike.
  concatBytes(Uint8Array.of(kind), vaultIds.toBytes(log as string as VaultId));

export const recordKey = (name: LogName, index: number): Uint8Array =>
  concatBytes(logBytes(name), numberBytes(index));

export const recordsOf = (name: LogName): KeyRange => under(logBytes(name));

export const chainKey = (vault: VaultId, chain: ChainId): Uint8Array =>
  concatBytes(vaultIds.toBytes(vault), chainIds.toBytes(chain));

export const chainsOf = (vault: VaultId): KeyRange => under(vaultIds.toBytes(vault));

/** The chain's id, from a key of `chainKey`. */
export const chainOfKey = (key: Uint8Array): ChainId =>
  chainIds.fromBytes(key.subarray(idByteLength, 2 * idByteLength));

export const envelopeKey = (vault: VaultId, chain: ChainId, seq: number): Uint8Array =>
  concatBytes(chainKey(vault, chain), numberBytes(seq));

/** From one seq on, before another. */
export const envelopesBetween = (
  vault: VaultId,
  chain: ChainId,
  fromSeq: number,
  endSeq?: number,
): KeyRange => ({
  from: envelopeKey(vault, chain, fromSeq),
  end: endSeq === undefined ? endOf(chainKey(vault, chain)) : envelopeKey(vault, chain, endSeq),
});

export const documentKey = (vault: VaultId, doc: DocId): Uint8Array =>
  concatBytes(vaultIds.toBytes(vault), docIds.toBytes(doc));

export const documentsOf = (vault: VaultId): KeyRange => under(vaultIds.toBytes(vault));

export const docOfKey = (key: Uint8Array): DocId =>
  docIds.fromBytes(key.subarray(idByteLength, 2 * idByteLength));

const levelMax = 0xff;

/** Older updates, which are merged to a higher level, come first. */
export const updateKey = (vault: VaultId, doc: DocId, level: number, number: number): Uint8Array =>
  concatBytes(documentKey(vault, doc), Uint8Array.of(levelMax - level), numberBytes(number));

export const updatesOf = (vault: VaultId, doc: DocId): KeyRange => under(documentKey(vault, doc));

export const updatesOfLevel = (vault: VaultId, doc: DocId, level: number): KeyRange =>
  under(concatBytes(documentKey(vault, doc), Uint8Array.of(levelMax - level)));

export const updatesOfVault = (vault: VaultId): KeyRange => under(vaultIds.toBytes(vault));

export const outboxKey = (vault: VaultId, number: number): Uint8Array =>
  concatBytes(vaultIds.toBytes(vault), numberBytes(number));

/** From one number on, before another. */
export const outboxBetween = (vault: VaultId, fromNumber: number, endNumber: number): KeyRange => ({
  from: outboxKey(vault, fromNumber),
  end: outboxKey(vault, endNumber),
});

export const outboxOf = (vault: VaultId): KeyRange => under(vaultIds.toBytes(vault));

export const numberOfOutboxKey = (key: Uint8Array): number =>
  Number(new DataView(key.buffer, key.byteOffset + idByteLength).getBigUint64(0));

/** What the engine knows once: by name, and by what it is of. */
export const factKey = (name: string, of = ""): Uint8Array => textEncoder.encode(`${name}:${of}`);

const formerName = "former";

/** A document as it was before its vault was taken apart; without one: that it is apart. */
export const formerKey = (vault: VaultId, doc: DocId | undefined): Uint8Array =>
  factKey(formerName, `${vault}${doc ?? ""}`);

export const formersOf = (vault: VaultId): KeyRange => under(factKey(formerName, vault));

export const docOfFormerKey = (vault: VaultId, key: Uint8Array): DocId | undefined => {
  const doc = docIds.parse(textDecoder.decode(key.subarray(factKey(formerName, vault).length)));
  return doc.ok ? doc.value : undefined;
};

const markName = "checkpointMark";

/** Where a checkpoint or an attest stands. */
export const checkpointMarkKey = (vault: VaultId, chain: ChainId, seq: number): Uint8Array =>
  concatBytes(factKey(markName, vault), chainIds.toBytes(chain), numberBytes(seq));

export const checkpointMarksOf = (vault: VaultId): KeyRange => under(factKey(markName, vault));

export const placeOfMarkKey = (
  vault: VaultId,
  key: Uint8Array,
): { readonly chain: ChainId; readonly seq: number } => {
  const place = key.slice(factKey(markName, vault).length);
  return {
    chain: chainIds.fromBytes(place.subarray(0, idByteLength)),
    seq: Number(new DataView(place.buffer).getBigUint64(idByteLength)),
  };
};

const checkpointChunkName = "checkpointChunk";

/** In the table of blobs: a chunk of a checkpoint's blob, by the salt that no two blobs share. */
export const checkpointChunkKey = (vault: VaultId, salt: Uint8Array, index: number): Uint8Array =>
  concatBytes(factKey(checkpointChunkName, vault), salt, numberBytes(index));

const anySalt: Uint8Array = new Uint8Array();

export const checkpointChunksOf = (vault: VaultId, salt = anySalt): KeyRange =>
  under(concatBytes(factKey(checkpointChunkName, vault), salt));

/** The salt, from a key of `checkpointChunkKey`. */
export const saltOfChunkKey = (vault: VaultId, key: Uint8Array): Uint8Array =>
  key.subarray(factKey(checkpointChunkName, vault).length, -numberByteLength);
