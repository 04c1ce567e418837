/**
 * The file of a backup. Whoever reads it needs these lines and zstd:
 *
 *     file     = preamble ‖ frames
 *     preamble = "duro relay backup\n" ‖ u8 format ‖ u32 length of the header ‖ header ‖ SHA-256 of all that
 *     header   = varUint migrations ‖ relay key 32 ‖ varUint time in milliseconds ‖ list of tables
 *     table    = text name ‖ list of columns: text name, text type
 *     frame    = u8 tag ‖ u32 length ‖ payload
 *
 * For each table of the header, in its order: data frames (tag 1), each the zstd of at most 1 MiB of
 * what COPY (FORMAT binary) gives, then one frame (tag 2) with varUint rows ‖ varUint bytes of that.
 * Behind the last table one frame (tag 3): the SHA-256 of everything before its payload. Numbers are
 * little-endian; lists and texts are those of docs/protocol.md §1. The preamble's form never changes,
 * so an older program can say that a file is too new for it, and not that it is damaged.
 *
 * The hash tells damage, and not who wrote the file.
 */
import { createHash } from "node:crypto";
import {
  asSignPublicKey,
  decode,
  encode,
  type Malformed,
  type Reader,
  type Result,
  type SignPublicKey,
  type Writer,
} from "@duro/crypto/types";
import type { Column, Table } from "./tables.ts";

const magic = new TextEncoder().encode("duro relay backup\n");
export const backupFormat = 1;

/** In front of the header: magic, format, length. */
export const leadByteLength = magic.length + 1 + 4;
export const hashByteLength = 32;
/** A hundred tables of a hundred columns stay far below. */
export const headerByteLengthMax = 1_048_576;

/** Numbers in the file: never reused. */
export const FrameTag = { Data: 1, TableEnd: 2, End: 3 } as const;
export type FrameTag = (typeof FrameTag)[keyof typeof FrameTag];
export const frameLeadByteLength = 5;

/** What is compressed at once: large enough to find what repeats, and little memory. */
export const blockByteLength = 1_048_576;
/** What cannot be compressed grows by some bytes for each 128 KiB; this is far above. */
export const framePayloadByteLengthMax = blockByteLength + 65_536;

export interface BackupHeader {
  /** How many migrations its tables went through. */
  readonly schema: number;
  readonly relayKey: SignPublicKey;
  readonly madeAtMs: number;
  /** In the order in which they can be filled. */
  readonly tables: readonly Table[];
}

export interface TableEnd {
  readonly rowCount: number;
  /** Of what COPY gave. */
  readonly byteLength: number;
}

// The preamble

export const encodePreamble = (header: BackupHeader): Uint8Array => {
  const bytes = encode((to) => writeHeader(to, header));
  const hashed = encode((to) => {
    to.bytes(magic);
    to.u8(backupFormat);
    to.u32(bytes.length);
    to.bytes(bytes);
  });
  const hash = createHash("sha256").update(hashed).digest();
  return Buffer.concat([hashed, hash]);
};

export interface Lead {
  readonly format: number;
  readonly headerByteLength: number;
}

/** Undefined: it does not begin as a backup does. */
export const readLead = (bytes: Uint8Array): Lead | undefined => {
  if (!magic.every((byte, at) => bytes[at] === byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    format: view.getUint8(magic.length),
    headerByteLength: view.getUint32(magic.length + 1, true),
  };
};

const writeHeader = (to: Writer, header: BackupHeader): void => {
  to.varUint(header.schema);
  to.bytes(header.relayKey);
  to.varUint(header.madeAtMs);
  to.list(header.tables, writeTable);
};

const readHeader = (from: Reader): BackupHeader => ({
  schema: from.varUint(),
  relayKey: asSignPublicKey(from.bytes(relayKeyByteLength)),
  madeAtMs: from.varUint(),
  tables: from.list(tableCountMax, 2, readTable),
});

const writeTable = (to: Writer, { name, columns }: Table): void => {
  to.text(name);
  to.list(columns, writeColumn);
};

const readTable = (from: Reader): Table => ({
  name: from.text(nameByteLengthMax),
  columns: from.list(columnCountMax, 2, readColumn),
});

const writeColumn = (to: Writer, { name, type }: Column): void => {
  to.text(name);
  to.text(type);
};

const readColumn = (from: Reader): Column => ({
  name: from.text(nameByteLengthMax),
  type: from.text(nameByteLengthMax),
});

const relayKeyByteLength = 32;
/** Postgres cuts names at 63 bytes and has no more columns than that. */
const nameByteLengthMax = 128;
const columnCountMax = 1_600;
const tableCountMax = 1_024;

export const decodeHeader = (bytes: Uint8Array): Result<BackupHeader, Malformed> =>
  decode({ what: "backup header", byteLengthMax: headerByteLengthMax }, bytes, readHeader);

// Frames

export const encodeFrame = (tag: FrameTag, payload: Uint8Array): Uint8Array => {
  const bytes = Buffer.allocUnsafe(frameLeadByteLength + payload.length);
  bytes.writeUInt8(tag, 0);
  bytes.writeUInt32LE(payload.length, 1);
  bytes.set(payload, frameLeadByteLength);
  return bytes;
};

export const encodeTableEnd = ({ rowCount, byteLength }: TableEnd): Uint8Array =>
  encode((to) => {
    to.varUint(rowCount);
    to.varUint(byteLength);
  });

export const decodeTableEnd = (bytes: Uint8Array): Result<TableEnd, Malformed> =>
  decode({ what: "end of a table", byteLengthMax: bytes.length }, bytes, (from) => ({
    rowCount: from.varUint(),
    byteLength: from.varUint(),
  }));
