/**
 * Reads an announcement and holds it against the blob it is for. What comes out of here needs no
 * further look: the header and the hashes are those that the blob's id names.
 */
import { type BlobHeader, decodeBlobHeader, err, ok, type Result } from "@duro/crypto/types";
import { blobIdOf } from "@duro/crypto/verify";
import { type Announcement, refused, type Refused } from "@duro/protocol";
import { readBase64url } from "../http/readBase64url.ts";
import type { BlobName } from "../ports/blobStore.ts";
import { blobByteLengthOf } from "./chunkLength.ts";

const hashByteLength = 32;

export interface ParsedAnnouncement {
  readonly header: BlobHeader;
  /** One behind the other. */
  readonly chunkHashes: Uint8Array;
  /** Of all chunks together. */
  readonly byteLength: number;
}

/** `byteLengthMax` is what this relay keeps of one blob. */
export const parseAnnouncement = (
  name: BlobName,
  announcement: Announcement,
  byteLengthMax: number,
): Result<ParsedAnnouncement, Refused> => {
  const read = readHeader(announcement.header);
  if (!read.ok) return read;
  const header = read.value;
  if (header.vault !== name.vault) return mismatch("vault");
  const byteLength = blobByteLengthOf(header);
  if (byteLength > byteLengthMax)
    return err(refused("BlobTooLarge", { byteLength, byteLengthMax }));
  const chunkHashes = readBase64url(announcement.chunkHashes);
  if (chunkHashes === undefined) return malformed("chunkHashes");
  if (chunkHashes.length !== header.chunkCount * hashByteLength) return mismatch("chunk count");
  const hashes = hashesIn(chunkHashes);
  return blobIdOf(header, hashes) === name.blob
    ? ok({ header, chunkHashes, byteLength })
    : mismatch("blob id");
};

const malformed = (field: keyof Announcement) =>
  err(refused("InvalidField", { path: `body/${field}`, rule: "encoding" }));

const mismatch = (what: "vault" | "chunk count" | "blob id") =>
  err(refused("BlobMismatch", { what }));

const readHeader = (text: string): Result<BlobHeader, Refused> => {
  const bytes = readBase64url(text);
  if (bytes === undefined) return malformed("header");
  const header = decodeBlobHeader(bytes);
  if (header.ok) return header;
  if (header.error.type === "Malformed") return malformed("header");
  const { version, suite } = header.error;
  return err(refused("VersionUnsupported", { version, suite }));
};

const hashesIn = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: bytes.length / hashByteLength }, (_, index) =>
    bytes.subarray(index * hashByteLength, (index + 1) * hashByteLength),
  );
