/**
 * What a node says to requests about blobs: each check is the relay's own, in the order of its routes, and
 * only the server of HTTP around them is missing.
 */
import { encodeBlobHeader } from "@duro/crypto/types";
import {
  type Announcement,
  BlobAction,
  type BlobId,
  blobIds,
  bytesToBase64url,
  type DeviceId,
  headerToToken,
  type RefusalName,
  refusals,
  type VaultId,
  vaultIds,
} from "@duro/protocol";
import type { HttpAnswer, HttpRequest } from "../../packages/client/src/ports/http.ts";
import { bytesToJson } from "../../packages/client/src/http/json.ts";
import { blobTokenHashOf, isTokenFor } from "../../packages/server/src/blobs/blobToken.ts";
import { checkChunk } from "../../packages/server/src/blobs/checkChunk.ts";
import { mayUseToken } from "../../packages/server/src/blobs/mayUseToken.ts";
import { parseAnnouncement } from "../../packages/server/src/blobs/parseAnnouncement.ts";
import type { BlobStore } from "../../packages/server/src/ports/blobStore.ts";
import type { RelayStores } from "../../packages/server/src/relay/context.ts";
import { refusalBodyOf } from "../../packages/server/src/routes/refuse.ts";

export interface BlobDeskDeps extends Pick<RelayStores, "accountStore" | "blobStore"> {
  readonly nowMs: () => number;
}

export type AnswerHttp = (request: HttpRequest) => Promise<HttpAnswer>;

interface Asked {
  readonly vault: VaultId;
  readonly blob: BlobId;
  /** Undefined: the blob as a whole. */
  readonly index: number | undefined;
}

type Facts = Readonly<Record<string, string | number>>;

const answer = (status: number, body: Uint8Array = new Uint8Array()): HttpAnswer => ({
  status,
  headers: new Map(),
  body,
});

const answerJson = (status: number, json: unknown): HttpAnswer =>
  answer(status, new TextEncoder().encode(JSON.stringify(json)));

const refuse = (name: RefusalName, facts?: Facts): HttpAnswer =>
  answerJson(refusals[name].httpStatus, refusalBodyOf(name, facts));

const pathPattern =
  /\/vaults\/(?<vault>[^/]+)\/blobs\/(?<blob>[^/]+)(?:\/chunks\/(?<index>\d+))?$/u;

const askedIn = (url: string): Asked | undefined => {
  const { vault = "", blob = "", index } = pathPattern.exec(url)?.groups ?? {};
  const [ofVault, ofBlob] = [vaultIds.parse(vault), blobIds.parse(blob)];
  if (!ofVault.ok || !ofBlob.ok) return undefined;
  return {
    vault: ofVault.value,
    blob: ofBlob.value,
    index: index === undefined ? undefined : Number(index),
  };
};

export const createBlobDesk =
  (deps: BlobDeskDeps): AnswerHttp =>
  async (request) => {
    const asked = askedIn(request.url);
    if (asked === undefined) return refuse("NotFound");
    const isPut = request.method === "PUT";
    const token = headerToToken(request.headers["authorization"] ?? "");
    const known =
      token === undefined
        ? undefined
        : await deps.blobStore.token(blobTokenHashOf(token), deps.nowMs());
    const actions = [isPut ? BlobAction.Write : BlobAction.Read];
    const isGood =
      known !== undefined &&
      isTokenFor(known, asked, actions) &&
      (await mayUseToken(deps.accountStore, known));
    if (!isGood) return refuse("TokenInvalid");
    const { index } = asked;
    const body = request.body ?? new Uint8Array();
    if (isPut && index === undefined) return announce(deps, asked, known.device, body);
    if (isPut && index !== undefined) return putChunk(deps, asked, index, body);
    if (request.method === "GET" && index !== undefined)
      return getChunk(deps.blobStore, asked, index);
    return refuse("NotFound");
  };

const announce = async (
  { blobStore, nowMs }: BlobDeskDeps,
  { vault, blob }: Asked,
  uploader: DeviceId,
  body: Uint8Array,
): Promise<HttpAnswer> => {
  const announcement = bytesToJson(body) as Announcement;
  const parsed = parseAnnouncement({ vault, blob }, announcement, Number.MAX_SAFE_INTEGER);
  if (!parsed.ok) return refuse(parsed.error.name, parsed.error.facts);
  const fresh = { vault, blob, ...parsed.value, uploader, nowMs: nowMs() };
  const announced = await blobStore.announce(fresh, () => true);
  if (!announced.ok) return refuse("NotFound");
  const { header } = announced.value;
  return answerJson(200, {
    header: bytesToBase64url(encodeBlobHeader(header)),
    missing: [...(await blobStore.missing({ vault, blob }))],
  });
};

const putChunk = async (
  { blobStore, nowMs }: BlobDeskDeps,
  asked: Asked,
  index: number,
  bytes: Uint8Array,
): Promise<HttpAnswer> => {
  const place = await blobStore.place(asked, index);
  if (place?.hash === undefined || place.isDropped) return refuse("NotFound");
  const checked = checkChunk({ header: place.header, index, hash: place.hash }, bytes);
  if (!checked.ok) return refuse(checked.error.name, checked.error.facts);
  const stored = await blobStore.putChunk(asked, { index, bytes }, nowMs());
  return stored.ok ? answer(204) : refuse("NotFound");
};

const getChunk = async (blobStore: BlobStore, asked: Asked, index: number): Promise<HttpAnswer> => {
  const place = await blobStore.place(asked, index);
  if (place === undefined) return refuse("NotFound");
  if (place.isDropped) return refuse("BlobGone");
  if (place.hash === undefined) return refuse("NotFound");
  if (!place.isStored) return refuse("BlobIncomplete");
  const bytes = await blobStore.readChunk(asked, index);
  return bytes === undefined ? refuse("NotFound") : answer(200, bytes);
};
