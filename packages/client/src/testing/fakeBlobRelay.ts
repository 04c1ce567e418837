/** A relay for one blob after the other, in memory, that fails when a test says so. */
import { err, ok, type Result } from "@duro/crypto/types";
import { chunkHashOf } from "@duro/crypto/verify";
import {
  base64urlToBytes,
  BlobAction,
  type BlobToken,
  blobTokens,
  type RefusalName,
  refusals,
  tokenToHeader,
} from "@duro/protocol";
import type { TransferDeps } from "../blobs/blobRequests.ts";
import type { Clock } from "../ports/clock.ts";
import type { Http, HttpRequest } from "../ports/http.ts";

type Answered = Awaited<ReturnType<Http["request"]>>;

export interface FakeBlobRelay extends TransferDeps<"no token"> {
  /** What was asked for, as `PUT` or `PUT 2`. */
  readonly asked: readonly string[];
  readonly tokensGiven: readonly BlobAction[];
  /** What was waited between requests. */
  readonly pausesMs: readonly number[];
  readonly chunks: Map<number, Uint8Array>;
  /** All tokens given so far. */
  endTokens(): void;
  refuseTokens(): void;
  /** Undefined: as it should be. */
  fault: (asked: string, request: HttpRequest) => Answered | undefined;
}

const hashByteLength = 32;

export const answer = (status: number, body: unknown = ""): Answered => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return ok({ status, headers: new Map(), body: new TextEncoder().encode(text) });
};

export const refuse = (refusal: RefusalName, facts: Readonly<Record<string, string>> = {}) =>
  answer(refusals[refusal].httpStatus, { refusal, facts });

export const unreachable: Answered = err({ type: "Unreachable", code: "ECONNRESET" });

export const createFakeBlobRelay = (): FakeBlobRelay => {
  const asked: string[] = [];
  const tokensGiven: BlobAction[] = [];
  const pausesMs: number[] = [];
  const chunks = new Map<number, Uint8Array>();
  let hashes: readonly Uint8Array[] = [];
  const valid = new Map<string, BlobAction>();
  let givesTokens = true;

  const serve = ({ method, url, body, headers }: HttpRequest): Answered => {
    const index = Number(/\/chunks\/(?<index>\d+)$/u.exec(url)?.groups?.["index"] ?? -1);
    const action = valid.get(headers["authorization"] ?? "");
    const wanted = method === "PUT" ? BlobAction.Write : BlobAction.Read;
    if (action !== wanted) return refuse("TokenInvalid");
    if (index === -1) {
      hashes = hashesIn(body ?? new Uint8Array());
      const missing = [...hashes.keys()].filter((at) => !chunks.has(at));
      return answer(200, { header: "", missing });
    }
    if (method === "GET") {
      const chunk = chunks.get(index);
      return chunk === undefined ? refuse("NotFound") : bytesAnswer(chunk);
    }
    const isAnnounced = body !== undefined && isSame(chunkHashOf(body), hashes[index]);
    if (!isAnnounced) return refuse("BlobMismatch");
    chunks.set(index, body.slice());
    return answer(204);
  };

  const relay: FakeBlobRelay = {
    asked,
    tokensGiven,
    pausesMs,
    chunks,
    relayUrl: "https://relay.test",
    clock: hastyClock(pausesMs),
    fault: () => undefined,
    endTokens: () => valid.clear(),
    refuseTokens: () => {
      givesTokens = false;
    },
    tokenFor: async (action): Promise<Result<BlobToken, "no token">> => {
      if (!givesTokens) return err("no token");
      tokensGiven.push(action);
      const token = blobTokens.fromBytes(
        new Uint8Array(blobTokens.byteLength).fill(tokensGiven.length),
      );
      valid.set(tokenToHeader(token), action);
      return ok(token);
    },
    http: {
      request: async (request) => {
        const index = /\/chunks\/(?<index>\d+)$/u.exec(request.url)?.groups?.["index"];
        const what = index === undefined ? request.method : `${request.method} ${index}`;
        asked.push(what);
        return relay.fault(what, request) ?? serve(request);
      },
    },
  };
  return relay;
};

/** Nobody waits for it; what would have been waited is noted. */
const hastyClock = (pausesMs: number[]): Clock => ({
  nowMs: () => 0,
  after: (delayMs, work) => {
    pausesMs.push(delayMs);
    queueMicrotask(work);
    return () => {};
  },
});

const bytesAnswer = (body: Uint8Array): Answered =>
  ok({ status: 200, headers: new Map(), body: body.slice() });

const hashesIn = (body: Uint8Array): readonly Uint8Array[] => {
  const json = JSON.parse(new TextDecoder().decode(body)) as { readonly chunkHashes: string };
  const bytes = base64urlToBytes(json.chunkHashes) ?? new Uint8Array();
  return Array.from({ length: bytes.length / hashByteLength }, (_, at) =>
    bytes.subarray(at * hashByteLength, (at + 1) * hashByteLength),
  );
};

const isSame = (a: Uint8Array, b: Uint8Array | undefined): boolean => a.join() === b?.join();
