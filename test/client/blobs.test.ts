import { afterEach, expect, test } from "vitest";
import { createBrowserHttp } from "../../packages/client/src/http/browserHttp.ts";
import { createNodeHttp } from "../../packages/client/src/http/nodeHttp.ts";
import { systemClock as clock } from "../../packages/client/src/clock/systemClock.ts";
import { createMemoryShelf } from "../../packages/client/src/blobs/blobShelf.ts";
import type { TransferDeps } from "../../packages/client/src/blobs/blobRequests.ts";
import { sealToShelf } from "../../packages/client/src/blobs/sealToShelf.ts";
import { getBlob, putBlob } from "../../packages/client/src/blobs/transferBlob.ts";
import { uploadBlob } from "../../packages/client/src/blobs/uploadBlob.ts";
import type { Http } from "../../packages/client/src/ports/http.ts";
import {
  secret,
  systemRandomBytes as randomBytes,
  vaultKeyFrom,
} from "../../packages/crypto/src/index.ts";
import { asSignature, assert, ok } from "../../packages/crypto/src/types.ts";
import { headerToToken } from "../../packages/protocol/src/index.ts";
import {
  type BlobService,
  nowMs,
  openBlobService,
} from "../../packages/server/src/testing/blobService.ts";
import { deviceOf, vaultOf } from "../../packages/server/src/testing/storeSamples.ts";

const vault = vaultOf(1);
const vaultKey = vaultKeyFrom({ vault, epoch: 1 }, secret(new Uint8Array(32).fill(9)));
/** Three chunks. */
const content = new Uint8Array(1_200_000).map((_, at) => at % 251);
const byteLengthMax = content.length;

const lifetimeMs = 10_000;

let service: BlobService | undefined;
afterEach(() => service?.close());

interface Options {
  readonly http?: Http;
  /** Of the first token only. */
  readonly firstExpiresAtMs?: number;
  readonly relay?: Parameters<typeof openBlobService>[1];
}

/** The relay's own routes on its stores, behind a port of this machine. */
const start = async ({
  http = createNodeHttp({ clock }),
  firstExpiresAtMs = nowMs + lifetimeMs,
  relay,
}: Options = {}) => {
  const running = await openBlobService(undefined, relay);
  service = running;
  await running.http.listen({ port: 0, host: "127.0.0.1" });
  const asked: string[] = [];
  const noting: Http = {
    request: (request) => {
      asked.push(`${request.method} ${request.url.split("/chunks/")[1] ?? "blob"}`);
      return http.request(request);
    },
  };
  let hasGiven = false;
  const deps: TransferDeps<never> = {
    http: noting,
    clock,
    relayUrl: `http://127.0.0.1:${running.port()}`,
    tokenFor: async (action, blob) => {
      const isFirst = !hasGiven;
      hasGiven = true;
      const expiresAtMs = isFirst ? firstExpiresAtMs : nowMs + lifetimeMs;
      const header = await running.authorize({ vault, blob, action, expiresAtMs });
      const token = headerToToken(header);
      assert(token !== undefined, "a header of our own");
      return ok(token);
    },
  };
  return { deps, asked, running };
};

const put = (deps: TransferDeps<never>, bytes = content) =>
  putBlob({ ...deps, vaultKey, randomBytes }, bytes);

test.each([
  ["Node's requests", createNodeHttp({ clock })],
  ["fetch", createBrowserHttp({ clock })],
])("a content comes back from a real relay as it was, by %s", async (_, http) => {
  const { deps, asked } = await start({ http });
  const ref = await put(deps);
  assert(ref.ok, "it is put");
  expect(await getBlob({ ...deps, vaultKey }, ref.value, { byteLengthMax })).toEqual(ok(content));
  expect(asked).toEqual(["PUT blob", "PUT 0", "PUT 1", "PUT 2", "GET 0", "GET 1", "GET 2"]);
});

test("what a real relay has by then is not sent again", async () => {
  const { deps, asked } = await start();
  const shelf = createMemoryShelf();
  const sealed = await sealToShelf({ shelf, randomBytes }, vaultKey, content);
  assert(sealed.ok, "it is sealed");
  let givenCount = 0;
  const breaking: typeof shelf = {
    ...shelf,
    // Three for the announcement, one chunk, and then no more.
    get: async (header, index) => (++givenCount > 4 ? undefined : shelf.get(header, index)),
  };
  expect(await uploadBlob({ ...deps, shelf: breaking }, sealed.value)).toMatchObject({
    ok: false,
    error: { type: "ChunkNotKept", index: 1 },
  });
  asked.length = 0;
  expect(await uploadBlob({ ...deps, shelf }, sealed.value)).toEqual(ok(undefined));
  expect(asked).toEqual(["PUT blob", "PUT 1", "PUT 2"]);
  asked.length = 0;
  expect(await uploadBlob({ ...deps, shelf }, sealed.value)).toEqual(ok(undefined));
  expect(asked).toEqual(["PUT blob"]);
});

test("a token that is over is renewed only where one was good before", async () => {
  const { deps, asked } = await start({ firstExpiresAtMs: nowMs });
  expect(await put(deps)).toMatchObject({
    ok: false,
    error: { type: "BlobRefused", refusal: "TokenInvalid" },
  });
  expect(asked).toEqual(["PUT blob"]);
  expect((await put(deps)).ok).toBe(true);
});

test("a token that ends on the way is renewed, and nothing is lost", async () => {
  let relayNowMs = nowMs;
  const { deps, asked } = await start({
    firstExpiresAtMs: nowMs + 1_000,
    relay: { nowMs: () => relayNowMs },
  });
  const { http } = deps;
  const ageing: Http = {
    request: (request) => {
      if (request.url.endsWith("/chunks/1")) relayNowMs = nowMs + 1_000;
      return http.request(request);
    },
  };
  const ref = await put({ ...deps, http: ageing });
  expect(ref.ok).toBe(true);
  expect(asked).toEqual(["PUT blob", "PUT 0", "PUT 1", "PUT 1", "PUT 2"]);
});

test("a full account is named, with what it has and what it wanted", async () => {
  const { deps } = await start({ relay: { quotaByteLength: 1_000_000 } });
  const refused = await put(deps);
  expect(refused).toMatchObject({
    ok: false,
    error: { type: "BlobRefused", refusal: "QuotaExceeded" },
  });
  const facts =
    !refused.ok && refused.error.type === "BlobRefused" ? refused.error.facts : undefined;
  expect(facts?.get("quotaByteLength")).toBe("1000000");
});

test("a blob that is larger than the relay keeps is named", async () => {
  const { deps } = await start({ relay: { blobByteLengthMax: 1_000_000 } });
  expect(await put(deps)).toMatchObject({
    ok: false,
    error: { type: "BlobRefused", refusal: "BlobTooLarge" },
  });
});

test("a blob that was dropped is gone", async () => {
  const { deps, running } = await start();
  const ref = await put(deps);
  assert(ref.ok, "it is put");
  const { id: blob } = ref.value;
  const proof = {
    device: deviceOf(1),
    saidAtMs: nowMs,
    signature: asSignature(new Uint8Array(64)),
  };
  await running.stores.blobStore.drop({ vault, blob }, proof, nowMs);
  const got = await getBlob({ ...deps, vaultKey }, ref.value, { byteLengthMax });
  expect(got).toMatchObject({ ok: false, error: { type: "BlobRefused", refusal: "BlobGone" } });
});

test("a vault that the relay does not know is not found", async () => {
  const { deps } = await start();
  const unknown = vaultKeyFrom({ vault: vaultOf(9), epoch: 1 }, secret(new Uint8Array(32)));
  expect(await putBlob({ ...deps, vaultKey: unknown, randomBytes }, content)).toMatchObject({
    ok: false,
    error: { type: "BlobRefused" },
  });
});
