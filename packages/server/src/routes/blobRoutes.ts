/**
 * Moves blobs over HTTP, with tokens that were issued on the socket. Of any request at most one chunk
 * is in memory, and nothing is stored that does not have the hash that was announced for its place.
 */
import { encodeBlobHeader, sizes } from "@duro/crypto/types";
import {
  type Announcement,
  BlobAction,
  type BlobStatus,
  bytesToBase64url,
  limits,
  routes,
} from "@duro/protocol";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { checkChunk } from "../blobs/checkChunk.ts";
import { parseAnnouncement } from "../blobs/parseAnnouncement.ts";
import type { AccountStore } from "../ports/accountStore.ts";
import type { BlobStore, PayerUsage, StoredBlob } from "../ports/blobStore.ts";
import { routeOptions } from "../http/routeOptions.ts";
import { type AskedBlob, createBlobGuard } from "./blobGuard.ts";
import { refuse } from "./refuse.ts";
import { sendChunk } from "./sendChunk.ts";

export interface BlobRoutesDeps {
  readonly blobStore: BlobStore;
  readonly accountStore: Pick<AccountStore, "accessTo" | "device">;
  readonly nowMs: () => number;
  /** What this relay keeps of one blob. */
  readonly blobByteLengthMax: number;
  /** Of accounts that have no quota of their own; undefined: as much as there is room for. */
  readonly quotaByteLength: number | undefined;
}

const { Read, Write } = BlobAction;
const { jsonBodyByteLengthMax: announcementByteLengthMax } = limits;

/** Bodies of other types are refused, and errors answered, by the shell around all routes. */
export const blobRoutesPlugin =
  (deps: BlobRoutesDeps): FastifyPluginAsync =>
  async (app) => {
    const guard = createBlobGuard(app, deps);
    // Whoever uploads and whoever downloads may ask what is there.
    app.route({
      ...routeOptions(routes.probeBlob),
      onRequest: guard.before([Read, Write]),
      handler: (request, reply) => probe(deps, guard.askedBy(request), reply),
    });
    app.route({
      ...routeOptions(routes.blobStatus),
      onRequest: guard.before([Read, Write]),
      handler: (request, reply) => status(deps, guard.askedBy(request), reply),
    });
    app.route<{ Body: Announcement }>({
      ...routeOptions(routes.announceBlob),
      bodyLimit: announcementByteLengthMax,
      onRequest: guard.before([Write], announcementByteLengthMax),
      handler: (request, reply) => announce(deps, guard.askedBy(request), request.body, reply),
    });
    app.route({
      ...routeOptions(routes.putChunk),
      bodyLimit: sizes.blobChunkByteLengthMax,
      onRequest: guard.before([Write], sizes.blobChunkByteLengthMax),
      handler: (request, reply) => putChunk(deps, guard.askedBy(request), request, reply),
    });
    app.route({
      ...routeOptions(routes.getChunk),
      onRequest: guard.before([Read]),
      handler: (request, reply) =>
        sendChunk(deps.blobStore, guard.askedBy(request), indexIn(request), request, reply),
    });
  };

const indexIn = ({ params }: FastifyRequest): number =>
  Number((params as Readonly<Record<"index", string>>).index);

const probe = async (
  { blobStore }: BlobRoutesDeps,
  asked: AskedBlob,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const blob = await blobStore.blob(asked);
  if (blob === undefined) return refuse(reply, "NotFound");
  if (blob.isDropped) return refuse(reply, "BlobGone");
  if (blob.missingCount > 0) return refuse(reply, "BlobIncomplete");
  return reply.header("cache-control", "no-store").send();
};

const status = async (
  { blobStore }: BlobRoutesDeps,
  asked: AskedBlob,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const blob = await blobStore.blob(asked);
  if (blob === undefined) return refuse(reply, "NotFound");
  if (blob.isDropped) return refuse(reply, "BlobGone");
  return sendStatus(blobStore, blob, reply);
};

const sendStatus = async (
  blobStore: BlobStore,
  blob: StoredBlob,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const found: BlobStatus = {
    header: bytesToBase64url(encodeBlobHeader(blob.header)),
    missing: blob.missingCount === 0 ? [] : [...(await blobStore.missing(blob))],
  };
  return reply.header("cache-control", "no-store").send(found);
};

const announce = async (
  { blobStore, nowMs, blobByteLengthMax, quotaByteLength }: BlobRoutesDeps,
  { vault, blob, device }: AskedBlob,
  announcement: Announcement,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const parsed = parseAnnouncement({ vault, blob }, announcement, blobByteLengthMax);
  if (!parsed.ok) return refuse(reply, parsed.error.name, parsed.error.facts);
  const { byteLength } = parsed.value;
  const fresh = { vault, blob, ...parsed.value, uploader: device, nowMs: nowMs() };
  const announced = await blobStore.announce(fresh, (usage) =>
    hasRoom(usage, byteLength, quotaByteLength),
  );
  if (announced.ok) return sendStatus(blobStore, announced.value, reply);
  switch (announced.error.type) {
    case "VaultUnknown":
      return refuse(reply, "NotFound");
    case "NoRoom":
      return refuse(reply, "QuotaExceeded", {
        usedByteLength: announced.error.usage.usedByteLength,
        quotaByteLength: quotaIn(announced.error.usage, quotaByteLength),
        byteLength,
      });
  }
};

const quotaIn = (usage: PayerUsage, otherwise: number | undefined): number =>
  usage.quotaByteLength ?? otherwise ?? Number.MAX_SAFE_INTEGER;

const hasRoom = (usage: PayerUsage, byteLength: number, otherwise: number | undefined): boolean =>
  usage.usedByteLength + byteLength <= quotaIn(usage, otherwise);

const putChunk = async (
  { blobStore, nowMs }: BlobRoutesDeps,
  asked: AskedBlob,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const index = indexIn(request);
  const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  const place = await blobStore.place(asked, index);
  if (place?.hash === undefined || place.isDropped) return refuse(reply, "NotFound");
  const checked = checkChunk({ header: place.header, index, hash: place.hash }, bytes);
  if (!checked.ok) return refuse(reply, checked.error.name, checked.error.facts);
  if (!place.isStored) {
    const stored = await blobStore.putChunk(asked, { index, bytes }, nowMs());
    if (!stored.ok) return refuse(reply, "NotFound");
  }
  return reply.code(204).send();
};
