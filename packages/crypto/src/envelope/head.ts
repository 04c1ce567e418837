/** The head of an envelope: fixed bytes, so that any implementation hashes the same. docs/protocol.md §4. */
import { decode, type Malformed, type Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import {
  type ChainId,
  chainIds,
  type EnvelopeId,
  envelopeIds,
  type RecordId,
  recordIds,
  type VaultId,
  vaultIds,
} from "../ids.ts";
import { assert, err, type Result } from "../result.ts";
import {
  bodyByteLengthMax,
  bodyByteLengthMin,
  headByteLength,
  nonceByteLength,
  sealHeadByteLength,
} from "../sizes.ts";
import {
  formatSuite,
  formatVersion,
  readVersion,
  unsupported,
  type VersionUnsupported,
} from "../version.ts";

/** Numbers on the wire: never reused. */
export const EnvelopeKind = {
  /** First of a chain: whose it is, and why it was opened. */
  Open: 1,
  Data: 2,
  Beacon: 3,
  Checkpoint: 4,
  Attest: 5,
} as const;
export type EnvelopeKind = (typeof EnvelopeKind)[keyof typeof EnvelopeKind];

export const EnvelopeFlag = {
  /** A beacon that says everything, not only what changed since the last such one. */
  FullBeacon: 1,
  /** A checkpoint that drops its predecessors as soon as it counts. */
  Purge: 2,
} as const;

const kinds = new Set<number>(Object.values(EnvelopeKind));
const isKind = (value: number): value is EnvelopeKind => kinds.has(value);

const flagsOf: Readonly<Record<EnvelopeKind, number>> = {
  [EnvelopeKind.Open]: 0,
  [EnvelopeKind.Data]: 0,
  [EnvelopeKind.Beacon]: EnvelopeFlag.FullBeacon,
  [EnvelopeKind.Checkpoint]: EnvelopeFlag.Purge,
  [EnvelopeKind.Attest]: 0,
};

/** What the author decides before sealing. */
export interface HeadFields {
  readonly kind: EnvelopeKind;
  readonly flags: number;
  readonly vault: VaultId;
  readonly chain: ChainId;
  /** 1 for the first. */
  readonly seq: number;
  /** Id of seq − 1; `noEnvelope` for the first. */
  readonly previous: EnvelopeId;
  readonly epoch: number;
  /** Head of the vault log as the author had applied it. */
  readonly logHead: RecordId;
}

export interface EnvelopeHead extends HeadFields {
  readonly nonce: Uint8Array;
  readonly bodyByteLength: number;
  readonly bodyHash: Uint8Array;
}

export type HeadError = Malformed | VersionUnsupported;

/** Where each field stands; the table of docs/protocol.md §4. */
const at = {
  kind: 2,
  flags: 3,
  vault: 4,
  chain: 20,
  seq: 36,
  previous: 44,
  epoch: 76,
  logHead: 80,
  nonce: 112,
  bodyByteLength: sealHeadByteLength,
  bodyHash: sealHeadByteLength + 4,
} as const;

const hashByteLength = headByteLength - at.bodyHash;

/** `setUint32` would wrap a larger number around. */
const isU32 = (value: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;

/** Straight into place: every envelope that is sealed or verified comes through here. */
const writePrefix = (bytes: Uint8Array, head: HeadFields): DataView => {
  const view = new DataView(bytes.buffer);
  bytes[0] = formatVersion;
  bytes[1] = formatSuite;
  bytes[at.kind] = head.kind;
  bytes[at.flags] = head.flags;
  vaultIds.into(head.vault, bytes, at.vault);
  chainIds.into(head.chain, bytes, at.chain);
  assert(Number.isSafeInteger(head.seq) && head.seq > 0, "a seq is from 1 and below 2^53");
  view.setUint32(at.seq, head.seq % 0x1_0000_0000, true);
  view.setUint32(at.seq + 4, Math.floor(head.seq / 0x1_0000_0000), true);
  envelopeIds.into(head.previous, bytes, at.previous);
  assert(isU32(head.epoch) && head.epoch > 0, "an epoch is from 1 and below 2^32");
  view.setUint32(at.epoch, head.epoch, true);
  recordIds.into(head.logHead, bytes, at.logHead);
  return view;
};

/** Everything in front of the nonce. */
export const headPrefixBytes = (head: HeadFields): Uint8Array => {
  const bytes = new Uint8Array(at.nonce);
  writePrefix(bytes, head);
  return bytes;
};

export const encodeHead = (head: EnvelopeHead): Uint8Array => {
  const bytes = new Uint8Array(headByteLength);
  const view = writePrefix(bytes, head);
  assert(head.nonce.length === nonceByteLength, "a nonce has 24 bytes");
  bytes.set(head.nonce, at.nonce);
  assert(isU32(head.bodyByteLength), "a body's length is below 2^32");
  view.setUint32(at.bodyByteLength, head.bodyByteLength, true);
  assert(head.bodyHash.length === hashByteLength, "a body hash has 32 bytes");
  bytes.set(head.bodyHash, at.bodyHash);
  return bytes;
};

/** Two bytes that run frames have, too. */
export const readKindAndFlags = (from: Reader): Pick<HeadFields, "kind" | "flags"> => {
  const kind = from.u8();
  if (!isKind(kind)) return from.refuse("kind 1 to 5", `${kind}`);
  const flags = from.u8();
  if ((flags & ~flagsOf[kind]) !== 0) from.refuse("flags of its kind", `${flags}`);
  return { kind, flags };
};

const readPrefix = (from: Reader): HeadFields => {
  readVersion(from);
  const { kind, flags } = readKindAndFlags(from);
  const vault = vaultIds.read(from);
  const chain = chainIds.read(from);
  const seq = from.u64();
  if (seq === 0) from.refuse("a seq from 1", "0");
  const previous = envelopeIds.read(from);
  const epoch = from.u32();
  if (epoch === 0) from.refuse("an epoch from 1", "0");
  return {
    kind,
    flags,
    vault,
    chain,
    seq,
    previous,
    epoch,
    logHead: recordIds.read(from),
  };
};

export const writeHead = (to: Writer, head: EnvelopeHead): void => to.bytes(encodeHead(head));

export const readHead = (from: Reader): EnvelopeHead => {
  const prefix = readPrefix(from);
  const nonce = from.bytes(nonceByteLength);
  const bodyByteLength = from.u32();
  if (bodyByteLength < bodyByteLengthMin || bodyByteLength > bodyByteLengthMax)
    from.refuse(`a body of ${bodyByteLengthMin} to ${bodyByteLengthMax}`, `${bodyByteLength}`);
  return { ...prefix, nonce, bodyByteLength, bodyHash: from.bytes(32) };
};

export const decodeHead = (bytes: Uint8Array): Result<EnvelopeHead, HeadError> => {
  const newer = unsupported("envelope", bytes);
  if (newer) return err(newer);
  return decode({ what: "envelope head", byteLengthMax: headByteLength }, bytes, readHead);
};
