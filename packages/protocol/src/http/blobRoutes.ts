/**
 * Routes that move blobs: announced with header and chunk hashes, then chunk by chunk, so that an
 * upload that broke off goes on where it stopped, and nothing is stored that was not announced.
 */
import { blobIds, sizes, vaultIds } from "@duro/crypto/types";
import { type Static, Type } from "typebox";
import { blobHeaderByteLength } from "../limits.ts";
import { refusedFor, type Route } from "./route.ts";
import { bytesText, closed, idText, wholeNumber } from "./schemas.ts";

const chunkHashByteLength = 32;
const headerText = bytesText({ min: blobHeaderByteLength, max: blobHeaderByteLength });

export const announcement = closed({
  header: headerText,
  /** One behind the other. */
  chunkHashes: bytesText({
    min: chunkHashByteLength,
    max: chunkHashByteLength * sizes.blobChunkCountMax,
  }),
});
export type Announcement = Static<typeof announcement>;

export const blobStatus = closed({
  header: headerText,
  /** Indexes of chunks that are not stored yet, rising; none when the blob is whole. */
  missing: Type.Array(wholeNumber(sizes.blobChunkCountMax - 1), {
    maxItems: sizes.blobChunkCountMax,
    uniqueItems: true,
  }),
});
export type BlobStatus = Static<typeof blobStatus>;

const blobParams = closed({ vault: idText(vaultIds), blob: idText(blobIds) });
const chunkParams = closed({
  vault: idText(vaultIds),
  blob: idText(blobIds),
  index: Type.String({ pattern: "^(0|[1-9][0-9]{0,4})$" }),
});

const blobPath = "/v1/vaults/:vault/blobs/:blob";

export const blobRoutes = {
  /** Is it there and whole? */
  probeBlob: {
    method: "HEAD",
    path: blobPath,
    auth: "token",
    params: blobParams,
    response: {
      200: "nothing",
      ...refusedFor("TokenInvalid", "NotFound", "BlobIncomplete", "BlobGone"),
    },
  },
  blobStatus: {
    method: "GET",
    path: blobPath,
    auth: "token",
    params: blobParams,
    response: { 200: blobStatus, ...refusedFor("TokenInvalid", "NotFound", "BlobGone") },
  },
  /** Announcing the same blob again answers with its status. */
  announceBlob: {
    method: "PUT",
    path: blobPath,
    auth: "token",
    params: blobParams,
    body: announcement,
    response: {
      200: blobStatus,
      ...refusedFor(
        "TokenInvalid",
        "NotFound",
        "QuotaExceeded",
        "BlobMismatch",
        "BlobTooLarge",
        "UnsupportedMediaType",
        "VersionUnsupported",
      ),
    },
  },
  putChunk: {
    method: "PUT",
    path: `${blobPath}/chunks/:index`,
    auth: "token",
    params: chunkParams,
    body: "octets",
    response: {
      204: "nothing",
      ...refusedFor(
        "TokenInvalid",
        "NotFound",
        "QuotaExceeded",
        "BlobMismatch",
        "FrameTooLarge",
        "UnsupportedMediaType",
      ),
    },
  },
  /** With a Range header, a part of it. */
  getChunk: {
    method: "GET",
    path: `${blobPath}/chunks/:index`,
    auth: "token",
    params: chunkParams,
    response: {
      200: "octets",
      206: "octets",
      ...refusedFor("TokenInvalid", "NotFound", "BlobIncomplete", "BlobGone"),
    },
  },
} as const satisfies Record<string, Route>;
