/**
 * Names that must not be swapped. In code an id is lowercase hex, so it compares with === and keys a
 * Map; on the wire it is its bytes. The cast to a brand happens in this file only.
 *
 * 16 bytes where an id is only a name and some 32-byte head pins what it names; 32 bytes where the
 * id itself is the proof.
 */
import { bytesToHex, hexInto, hexToBytes } from "./bytes/hex.ts";
import type { Reader } from "./bytes/reader.ts";
import type { Writer } from "./bytes/writer.ts";
import { assert, err, ok, type Result } from "./result.ts";

declare const brand: unique symbol;
export type Brand<Name extends string> = { readonly [brand]: Name };

/** Named by its identity log: a hash of its first device's keys and a salt. */
export type UserId = string & Brand<"UserId">;
/** A hash of the device's two public keys. */
export type DeviceId = string & Brand<"DeviceId">;
/** Named by its vault log: a hash of its creator and a salt. */
export type VaultId = string & Brand<"VaultId">;
/** A hash of the device's signing key and an incarnation. */
export type ChainId = string & Brand<"ChainId">;
/** 16 random bytes that tell one life of a device in a vault from the next. */
export type Incarnation = string & Brand<"Incarnation">;
/** The hash of a log record, and so of the whole log up to it. */
export type RecordId = string & Brand<"RecordId">;
/** The hash of an envelope's head, and so of the whole chain up to it. */
export type EnvelopeId = string & Brand<"EnvelopeId">;
/** The hash of a blob's sealed bytes. */
export type BlobId = string & Brand<"BlobId">;
/** A hash of what makes one database of one relay itself; another means restored or replaced. */
export type RelayGeneration = string & Brand<"RelayGeneration">;

export interface NotAnId {
  readonly type: "NotAnId";
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

export interface IdKind<Id extends string> {
  readonly what: string;
  readonly byteLength: number;
  /** From text that came from outside. */
  parse(text: string): Result<Id, NotAnId>;
  /** From bytes that are an id of this kind by construction. */
  fromBytes(bytes: Uint8Array): Id;
  toBytes(id: Id): Uint8Array;
  /** The same, into a place in a larger buffer. */
  into(id: Id, bytes: Uint8Array, at: number): void;
  read(from: Reader): Id;
  write(to: Writer, id: Id): void;
}

export const idKind = <Id extends string>(what: string, byteLength: number): IdKind<Id> => {
  const fromBytes = (bytes: Uint8Array): Id => {
    assert(bytes.length === byteLength, `a ${what} has ${byteLength} bytes`);
    return bytesToHex(bytes) as Id;
  };
  const into = (id: Id, bytes: Uint8Array, at: number): void => {
    const isHex = id.length === 2 * byteLength && hexInto(id, bytes, at);
    assert(isHex, `a ${what} is ${2 * byteLength} hex digits`);
  };
  const toBytes = (id: Id): Uint8Array => {
    const bytes = new Uint8Array(byteLength);
    into(id, bytes, 0);
    return bytes;
  };
  return {
    what,
    byteLength,
    fromBytes,
    toBytes,
    into,
    parse: (text) =>
      text.length === 2 * byteLength && hexToBytes(text) !== undefined
        ? ok(text as Id)
        : err({
            type: "NotAnId",
            what,
            expected: `${2 * byteLength} lowercase hex digits`,
            got: `${text.length} characters`,
          }),
    read: (from) => fromBytes(from.bytes(byteLength)),
    write: (to, id) => to.bytes(toBytes(id)),
  };
};

export const userIds = idKind<UserId>("user id", 16);
export const deviceIds = idKind<DeviceId>("device id", 16);
export const vaultIds = idKind<VaultId>("vault id", 16);
export const chainIds = idKind<ChainId>("chain id", 16);
export const incarnations = idKind<Incarnation>("incarnation", 16);
export const recordIds = idKind<RecordId>("record id", 32);
export const envelopeIds = idKind<EnvelopeId>("envelope id", 32);
export const blobIds = idKind<BlobId>("blob id", 32);
export const relayGenerations = idKind<RelayGeneration>("relay generation", 32);

/** What stands where a predecessor would: in the first record of a log. */
export const noRecord = "00".repeat(32) as RecordId;
/** What stands where a predecessor would: in the first envelope of a chain. */
export const noEnvelope = "00".repeat(32) as EnvelopeId;
