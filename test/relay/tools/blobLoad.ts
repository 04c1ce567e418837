/** Uploads blobs of one vault, chunk by chunk, and goes on with the one that broke off. */
import { setTimeout as sleep } from "node:timers/promises";
import { sealBlob, type VaultKey } from "../../../packages/crypto/src/index.ts";
import { encodeBlobHeader } from "../../../packages/crypto/src/types.ts";
import { chunkHashOf } from "../../../packages/crypto/src/verify.ts";
import {
  type Announcement,
  BlobAction,
  blobRoutes,
  type BlobStatus,
  type BlobToken,
  bytesToBase64url,
  pathOf,
  tokenToHeader,
} from "../../../packages/protocol/src/index.ts";
import { concatBytes } from "../../../packages/crypto/src/types.ts";
import { channelOf } from "../../../packages/server/src/testing/relayClient.ts";
import type { Chance } from "./chance.ts";
import { fault, type Ledger, type LedgerBlob, noteChunk } from "./ledger.ts";
import type { Load } from "./putLoad.ts";
import type { Session } from "./session.ts";
import { deps } from "./world.ts";

/** One chunk mostly; one in this many has several. */
const longEvery = 4;
const longByteLength = 1_200_000;
const shortByteLengthMax = 40_000;
const pauseMsMax = 200;

interface Unfinished {
  readonly announcement: Announcement;
  readonly chunks: readonly Uint8Array[];
  readonly known: LedgerBlob;
}

export interface BlobSource {
  readonly key: VaultKey;
  unfinished: Unfinished | undefined;
}

const makeBlob = (ledger: Ledger, key: VaultKey, { below }: Chance): Unfinished => {
  const byteLength = below(longEvery) === 0 ? longByteLength : below(shortByteLengthMax);
  const content = new Uint8Array(byteLength).fill(below(256));
  const { ref, chunks } = sealBlob(deps, key, content);
  const chunkHashes = chunks.map(chunkHashOf);
  const known: LedgerBlob = {
    vault: key.vault,
    blob: ref.id,
    chunkHashes,
    answered: new Set(),
  };
  ledger.blobs.set(ref.id, known);
  const announcement = {
    header: bytesToBase64url(encodeBlobHeader(ref.header)),
    chunkHashes: bytesToBase64url(concatBytes(...chunkHashes)),
  };
  return { announcement, chunks, known };
};

export const askToken = async (
  session: Session,
  channel: number,
  action: BlobAction,
): Promise<BlobToken | undefined> => {
  const answer = await session.ask((request) => ({
    type: "BlobTokenWant",
    request,
    channel: channelOf(channel),
    action,
    blob: undefined,
  }));
  return answer?.type === "BlobTokenGranted" ? answer.token : undefined;
};

/** Undefined: nobody answered, or somebody who is about to go. */
const ask = async (
  ledger: Ledger,
  url: string,
  request: Omit<RequestInit, "headers"> & {
    readonly token: BlobToken;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<Response | undefined> => {
  const { token, headers, ...rest } = request;
  const answer = await fetch(url, {
    ...rest,
    headers: { authorization: tokenToHeader(token), ...headers },
  }).catch(() => undefined);
  if (answer === undefined || answer.status >= 500) return undefined;
  if (answer.ok) return answer;
  fault(ledger, `a blob's request was refused: ${answer.status}`);
  return undefined;
};

const upload = async (
  ledger: Ledger,
  url: string,
  token: BlobToken,
  { announcement, chunks, known }: Unfinished,
): Promise<boolean> => {
  const { vault, blob, answered } = known;
  const announced = await ask(ledger, `${url}${pathOf(blobRoutes.announceBlob, { vault, blob })}`, {
    token,
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(announcement),
  });
  const status = (await announced?.json().catch(() => undefined)) as BlobStatus | undefined;
  if (status === undefined) return false;
  for (const index of status.missing)
    if (answered.has(index)) fault(ledger, "a chunk that was taken is missing");
  for (const index of status.missing) {
    const chunk = chunks[index];
    if (chunk === undefined) continue;
    const path = pathOf(blobRoutes.putChunk, { vault, blob, index });
    const stored = await ask(ledger, `${url}${path}`, {
      token,
      method: "PUT",
      headers: { "content-type": "application/octet-stream" },
      body: new Uint8Array(chunk),
    });
    if (stored?.status !== 204) return false;
    noteChunk(ledger, known, index);
  }
  return true;
};

export const runBlobLoad = async (
  session: Session,
  source: BlobSource,
  options: {
    readonly url: string;
    readonly channel: number;
    readonly ledger: Ledger;
    readonly load: Load;
  },
): Promise<void> => {
  const { url, channel, ledger, load } = options;
  const token = await askToken(session, channel, BlobAction.Write);
  if (token === undefined) return;
  while (session.isOpen()) {
    if (load.isEnding() && source.unfinished === undefined) return;
    const blob = (source.unfinished ??= makeBlob(ledger, source.key, load.chance));
    if (!(await upload(ledger, url, token, blob))) return;
    source.unfinished = undefined;
    await sleep(load.chance.below(pauseMsMax));
  }
};
