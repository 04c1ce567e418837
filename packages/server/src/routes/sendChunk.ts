/** Answers with one chunk or a section of it: RFC 9110 §14. */
import { bytesToHex } from "@duro/crypto/types";
import type { FastifyReply, FastifyRequest } from "fastify";
import { parseByteRange } from "../blobs/byteRange.ts";
import { chunkByteLengthOf } from "../blobs/chunkLength.ts";
import type { BlobName, BlobStore } from "../ports/blobStore.ts";
import { refuse, refusalBodyOf } from "./refuse.ts";

/** A chunk never changes. Only who may hold its token may keep it. */
const cacheControl = "private, max-age=31536000, immutable";
const rangeNotSatisfiable = 416;

export const sendChunk = async (
  blobStore: Pick<BlobStore, "place" | "readChunk">,
  name: BlobName,
  index: number,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const place = await blobStore.place(name, index);
  if (place === undefined) return refuse(reply, "NotFound");
  if (place.isDropped) return refuse(reply, "BlobGone");
  if (place.hash === undefined) return refuse(reply, "NotFound");
  if (!place.isStored) return refuse(reply, "BlobIncomplete");
  const etag = `"${bytesToHex(place.hash)}"`;
  const byteLength = chunkByteLengthOf(place.header, index);
  // Whoever has a section of something else gets the whole.
  const isSame = headers["if-range"] === undefined || headers["if-range"] === etag;
  const range = parseByteRange(isSame ? headers.range : undefined, byteLength);
  if (range.kind === "unsatisfiable")
    return reply
      .code(rangeNotSatisfiable)
      .headers({ "content-range": `bytes */${byteLength}`, "cache-control": "no-store" })
      .send(refusalBodyOf("InvalidField", { path: "headers/range", byteLength }));
  const section = range.kind === "part" ? range : undefined;
  const bytes = await blobStore.readChunk(name, index, section);
  // Removed since we looked.
  if (bytes === undefined) return refuse(reply, "NotFound");
  if (section !== undefined)
    reply
      .code(206)
      .header("content-range", `bytes ${section.start}-${section.end - 1}/${byteLength}`);
  return reply
    .headers({ etag, "cache-control": cacheControl, "accept-ranges": "bytes" })
    .type("application/octet-stream")
    .send(bytes);
};
