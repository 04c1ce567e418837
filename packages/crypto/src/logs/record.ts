/**
 * A log record: who says it, what it follows, what it says. Identity logs and vault logs share this
 * form; their payloads are in identityRecords.ts and vaultRecords.ts. docs/protocol.md §3.
 *
 * A record's id hashes its content and not its signatures, so nobody can give one record two names.
 */
import { decode, type Malformed, type Reader } from "../bytes/reader.ts";
import { readRising, type RisingLimits, writeRising } from "../bytes/rising.ts";
import { encode, type Writer } from "../bytes/writer.ts";
import type { BadSignature } from "../envelope/envelope.ts";
import {
  type DeviceId,
  deviceIds,
  type RecordId,
  recordIds,
  type UserId,
  userIds,
} from "../ids.ts";
import { labels } from "../labels.ts";
import { isLinkSignedBy, type Link, type LinkLabels, linkHash, signLink } from "../link.ts";
import { readSignature, type Signature, type SignPublicKey } from "../publicKeys.ts";
import { err, ok, type Result } from "../result.ts";
import type { SignSecretKey } from "../sign.ts";
import { memberCountMax, recordByteLengthMax, recordSignatureCountMax } from "../sizes.ts";
import { readVersion, unsupported, type VersionUnsupported, writeVersion } from "../version.ts";
import { LogKind } from "./kinds.ts";

/** An identity log as the author relied on it. */
export interface Pin {
  readonly user: UserId;
  readonly index: number;
  readonly head: RecordId;
}

export interface RecordHeader {
  /** Hex of the user's or the vault's id: the log's name. */
  readonly log: string;
  readonly index: number;
  readonly previous: RecordId;
  readonly author: { readonly user: UserId; readonly device: DeviceId };
  /** In a vault log: the identity logs of all users this record relies on. Empty in an identity log. */
  readonly pins: readonly Pin[];
  readonly type: number;
}

interface RecordSignature {
  readonly device: DeviceId;
  readonly signature: Signature;
}

/** A record as it was read: its payload not yet understood. */
export interface LogRecord extends RecordHeader {
  readonly kind: LogKind;
  readonly id: RecordId;
  readonly payload: Uint8Array;
  /** The bytes that were hashed and signed. */
  readonly content: Uint8Array;
  /** The author's first; then a new device's or a cosigner's. */
  readonly signatures: readonly RecordSignature[];
}

export type RecordError = Malformed | VersionUnsupported;

const recordLink: LinkLabels = {
  id: labels.recordId,
  signature: labels.signRecord,
};

const payloadByteLengthMax = recordByteLengthMax;

const writePin = (to: Writer, pin: Pin): void => {
  userIds.write(to, pin.user);
  to.varUint(pin.index);
  recordIds.write(to, pin.head);
};

const readPin = (from: Reader): Pin => ({
  user: userIds.read(from),
  index: from.varUint(),
  head: recordIds.read(from),
});

const pinLimits: RisingLimits<Pin> = {
  countMax: memberCountMax + 1,
  itemByteLengthMin: 49,
  keyOf: ({ user }) => user,
};

const contentBytes = (kind: LogKind, header: RecordHeader, payload: Uint8Array): Uint8Array =>
  encode((to) => {
    writeVersion(to);
    to.u8(kind);
    userIds.write(to, header.log as UserId); // user and vault ids are both 16 bytes of hex
    to.varUint(header.index);
    recordIds.write(to, header.previous);
    userIds.write(to, header.author.user);
    deviceIds.write(to, header.author.device);
    writeRising(to, pinLimits, header.pins, writePin);
    to.u8(header.type);
    to.varBytes(payload);
  });

const readContent = (from: Reader): Omit<LogRecord, "id" | "content" | "signatures"> => {
  readVersion(from);
  const kind = from.u8();
  if (kind !== LogKind.Identity && kind !== LogKind.Vault)
    return from.refuse("log kind 1 or 2", `${kind}`);
  return {
    kind,
    log: userIds.read(from),
    index: from.varUint(),
    previous: recordIds.read(from),
    author: { user: userIds.read(from), device: deviceIds.read(from) },
    pins: readRising(from, pinLimits, readPin),
    type: from.u8(),
    payload: from.varBytes(payloadByteLengthMax),
  };
};

export interface RecordSigner {
  readonly id: DeviceId;
  readonly signSecret: SignSecretKey;
}

export const signRecord = (
  kind: LogKind,
  header: RecordHeader,
  payload: Uint8Array,
  signers: readonly RecordSigner[],
): LogRecord => {
  const content = contentBytes(kind, header, payload);
  const hash = linkHash(recordLink, content);
  return {
    ...header,
    kind,
    payload,
    content,
    id: recordIds.fromBytes(hash),
    signatures: signers.map(({ id, signSecret }) => ({
      device: id,
      signature: signLink(recordLink, hash, signSecret),
    })),
  };
};

/** A cosigner adds their own signature to a record that they received and read. */
export const cosignRecord = (record: LogRecord, signer: RecordSigner): LogRecord => ({
  ...record,
  signatures: [
    ...record.signatures,
    {
      device: signer.id,
      signature: signLink(recordLink, recordIds.toBytes(record.id), signer.signSecret),
    },
  ],
});

/** Whether the signature at that place is by the device named there, with this key. */
export const verifyRecordSignature = (
  record: LogRecord,
  place: number,
  signKey: SignPublicKey,
): Result<void, BadSignature> => {
  const found = record.signatures[place];
  const isGood =
    found !== undefined &&
    isLinkSignedBy(recordLink, recordIds.toBytes(record.id), signKey, found.signature);
  return isGood
    ? ok(undefined)
    : err({
        type: "BadSignature",
        what: "record",
        of: record.log,
        at: record.index,
      });
};

export const linkOfRecord = (record: LogRecord): Link<RecordId> => ({
  at: record.index,
  id: record.id,
  previous: record.previous,
});

export const encodeRecord = (record: LogRecord): Uint8Array =>
  encode((to) => {
    to.bytes(record.content);
    to.list(record.signatures, (_, { device, signature }) => {
      deviceIds.write(to, device);
      to.bytes(signature);
    });
  });

export const decodeRecord = (bytes: Uint8Array): Result<LogRecord, RecordError> => {
  const newer = unsupported("record", bytes);
  if (newer) return err(newer);
  return decode({ what: "record", byteLengthMax: recordByteLengthMax }, bytes, (from) => {
    const header = readContent(from);
    // A copy, also of a Node Buffer, whose own slice is a view.
    const content = new Uint8Array(bytes.subarray(0, from.at));
    const signatures = from.list(recordSignatureCountMax, 80, () => ({
      device: deviceIds.read(from),
      signature: readSignature(from),
    }));
    if (signatures[0]?.device !== header.author.device)
      from.refuse("the author's signature first", signatures.length === 0 ? "none" : "another");
    return {
      ...header,
      content,
      signatures,
      id: recordIds.fromBytes(linkHash(recordLink, content)),
    };
  });
};
