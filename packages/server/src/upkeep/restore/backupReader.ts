/** Reads a backup from its beginning to its end, and holds its parts against what the format says. */
import { zstdDecompressSync } from "node:zlib";
import { bytesAreEqual } from "@duro/crypto/types";
import {
  backupFormat,
  type BackupHeader,
  blockByteLength,
  decodeHeader,
  decodeTableEnd,
  frameLeadByteLength,
  framePayloadByteLengthMax,
  FrameTag,
  hashByteLength,
  headerByteLengthMax,
  leadByteLength,
  readLead,
  type TableEnd,
} from "../backup/backupFormat.ts";
import { Stopped } from "../runUpkeep.ts";
import type { BackupError } from "../upkeepError.ts";
import { type ByteSource, openByteSource } from "./byteSource.ts";

type Frame =
  | { readonly kind: "data"; readonly payload: Uint8Array }
  | { readonly kind: "tableEnd"; readonly end: TableEnd }
  /** It was the last, and the hash of everything before it holds. */
  | { readonly kind: "end"; readonly hash: Uint8Array };

export interface BackupReader {
  readonly path: string;
  readonly header: BackupHeader;
  readonly next: () => Promise<Frame>;
  /** Bytes that were read. */
  readonly at: () => number;
  readonly close: () => Promise<void>;
}

export const openBackup = async (path: string): Promise<BackupReader> => {
  const source = await openByteSource(path);
  try {
    const header = await takeHeader(source, path);
    return {
      path,
      header,
      next: () => takeFrame(source, path),
      at: source.at,
      close: source.close,
    };
  } catch (cause) {
    await source.close();
    throw cause;
  }
};

type DamagedPart = Extract<BackupError, { type: "BackupDamaged" }>["part"];

export const damaged = (path: string, part: DamagedPart, at: number): Stopped =>
  new Stopped({ type: "BackupDamaged", path, part, at });

const takeHeader = async (source: ByteSource, path: string): Promise<BackupHeader> => {
  const lead = readLead(await source.take(leadByteLength));
  if (lead === undefined) throw new Stopped({ type: "NotABackup", path });
  if (lead.headerByteLength > headerByteLengthMax) throw damaged(path, "header", source.at());
  const bytes = await source.take(lead.headerByteLength);
  const hash = source.hash();
  if (!bytesAreEqual(await source.take(hashByteLength), hash))
    throw damaged(path, "header", source.at());
  // Only now is the number what was written.
  const { format } = lead;
  if (format > backupFormat)
    throw new Stopped({
      type: "BackupNewer",
      path,
      what: "format",
      have: format,
      know: backupFormat,
    });
  const header = decodeHeader(bytes);
  if (!header.ok) throw damaged(path, "header", header.error.at);
  return header.value;
};

const takeFrame = async (source: ByteSource, path: string): Promise<Frame> => {
  const at = source.at();
  const lead = Buffer.from(await source.take(frameLeadByteLength));
  const [tag, byteLength] = [lead.readUInt8(0), lead.readUInt32LE(1)];
  if (byteLength > framePayloadByteLengthMax) throw damaged(path, "frames", at);
  switch (tag) {
    case FrameTag.Data:
      return { kind: "data", payload: await source.take(byteLength) };
    case FrameTag.TableEnd: {
      const end = decodeTableEnd(await source.take(byteLength));
      if (!end.ok) throw damaged(path, "frames", at);
      return { kind: "tableEnd", end: end.value };
    }
    case FrameTag.End:
      return takeEnd(source, path, byteLength);
    default:
      throw damaged(path, "frames", at);
  }
};

const takeEnd = async (source: ByteSource, path: string, byteLength: number): Promise<Frame> => {
  const hash = source.hash();
  const isRight =
    byteLength === hashByteLength && bytesAreEqual(await source.take(byteLength), hash);
  if (!isRight || !(await source.isAtEnd())) throw damaged(path, "hash", source.at());
  return { kind: "end", hash };
};

/** What COPY had given. */
export const unpack = ({ path, at }: BackupReader, payload: Uint8Array): Uint8Array => {
  try {
    return zstdDecompressSync(payload, { maxOutputLength: blockByteLength });
  } catch {
    throw damaged(path, "frames", at());
  }
};
