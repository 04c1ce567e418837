/** Backups taken apart and put together again, so that a test changes one thing and the hash still holds. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { assert } from "@duro/crypto/types";
import {
  type BackupHeader,
  decodeHeader,
  encodeFrame,
  encodePreamble,
  frameLeadByteLength,
  FrameTag,
  hashByteLength,
  leadByteLength,
  readLead,
} from "../backup/backupFormat.ts";

export interface RawFrame {
  readonly tag: number;
  readonly payload: Uint8Array;
}

export interface TakenApart {
  readonly header: BackupHeader;
  /** All but the last one, which holds the hash. */
  readonly frames: readonly RawFrame[];
}

export const takeApart = async (path: string): Promise<TakenApart> => {
  const bytes = await readFile(path);
  const lead = readLead(bytes);
  assert(lead !== undefined, "a backup");
  const headerEnd = leadByteLength + lead.headerByteLength;
  const header = decodeHeader(bytes.subarray(leadByteLength, headerEnd));
  assert(header.ok, "its header");
  const frames: RawFrame[] = [];
  for (let at = headerEnd + hashByteLength; at < bytes.length;) {
    const end = at + frameLeadByteLength + bytes.readUInt32LE(at + 1);
    frames.push({
      tag: bytes.readUInt8(at),
      payload: bytes.subarray(at + frameLeadByteLength, end),
    });
    at = end;
  }
  assert(frames.at(-1)?.tag === FrameTag.End, "its end");
  return { header: header.value, frames: frames.slice(0, -1) };
};

/** With a preamble of its own, where one is given. */
export const putTogether = async (
  path: string,
  { header, frames }: TakenApart,
  preamble: Uint8Array = encodePreamble(header),
): Promise<void> => {
  const body = [
    preamble,
    ...frames.map(({ tag, payload }) => encodeFrame(tag as FrameTag, payload)),
    Buffer.from([FrameTag.End, hashByteLength, 0, 0, 0]),
  ];
  const hash = createHash("sha256");
  for (const part of body) hash.update(part);
  await writeFile(path, Buffer.concat([...body, hash.digest()]));
};

/** Where the frames of one table stand. */
export const framesOf = (
  { header, frames }: TakenApart,
  table: string,
): { readonly from: number; readonly end: number } => {
  let from = 0;
  for (const { name } of header.tables) {
    const end = frames.findIndex(({ tag }, at) => at >= from && tag === FrameTag.TableEnd) + 1;
    if (name === table) return { from, end };
    from = end;
  }
  throw new Error(`no table ${table}`);
};

/** The same backup with other bytes for one table, under the end it had, or one made for them. */
export const withRows = (
  apart: TakenApart,
  table: string,
  change: (rows: Buffer) => Uint8Array,
  endOf?: (byteLength: number) => Uint8Array,
): TakenApart => {
  const place = framesOf(apart, table);
  const frames = apart.frames.slice(place.from, place.end);
  const rows = Buffer.concat(frames.slice(0, -1).map(({ payload }) => zstdDecompressSync(payload)));
  const last = frames.at(-1);
  assert(last !== undefined, "a table has an end");
  const changedRows = change(rows);
  const end = endOf?.(changedRows.length) ?? last.payload;
  const changed = [
    { tag: FrameTag.Data, payload: zstdCompressSync(changedRows) },
    { tag: FrameTag.TableEnd, payload: end },
  ];
  return {
    ...apart,
    frames: [...apart.frames.slice(0, place.from), ...changed, ...apart.frames.slice(place.end)],
  };
};
