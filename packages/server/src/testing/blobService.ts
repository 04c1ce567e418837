/** The routes of blobs for tests, in the shell that they run in, on stores of the test's choice. */
import { systemRandomBytes } from "@duro/crypto/receipt";
import { Role } from "@duro/crypto/verify";
import { BlobAction, type BlobId, pathOf, routes, tokenToHeader } from "@duro/protocol";
import { blobTokenHashOf, createBlobToken } from "../blobs/blobToken.ts";
import { createTestHttp, type TestHttp } from "../http/testing/testHttp.ts";
import type { BlobName } from "../ports/blobStore.ts";
import { blobRoutesPlugin, type BlobRoutesDeps } from "../routes/blobRoutes.ts";
import type { BlobSample } from "./blobSamples.ts";
import type { BlobStores } from "./blobStore.contract.ts";
import { openMemoryBlobStores } from "./memoryBlobStores.ts";
import { deviceOf, deviceRowOf, foundVault, registerAll, userOf } from "./storeSamples.ts";

/** When every request of a test comes. */
export const nowMs = 10_000;

export interface TokenAsk {
  readonly vault: BlobName["vault"];
  /** Undefined: any of the vault. */
  readonly blob?: BlobId;
  readonly action: BlobAction;
  readonly expiresAtMs?: number;
}

type Inject = TestHttp["http"]["inject"];
type Answer = Awaited<ReturnType<Inject>>;

export interface BlobService extends TestHttp {
  readonly stores: BlobStores;
  /** A header that lets its sender do so. */
  authorize(ask: TokenAsk): Promise<string>;
  announce(sample: Pick<BlobSample, "vault" | "blob" | "announcement">): Promise<Answer>;
  put(name: BlobName, index: number | string, bytes: Uint8Array): Promise<Answer>;
  /** Announced, and every chunk put. */
  upload(sample: BlobSample): Promise<void>;
  status(name: BlobName): Promise<Answer>;
  probe(name: BlobName): Promise<Answer>;
  get(name: BlobName, index: number | string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** These tests are about tokens; what became of their holders is `mayUseToken`'s. */
const everybodyMay: BlobRoutesDeps["accountStore"] = {
  device: async () => deviceRowOf(userOf(1), 1),
  accessTo: async () => ({ kind: "member", role: Role.Owner }),
};

/** Users 1 and 2; vaults 1 and 2 of the first, vault 3 of the second. */
export const openBlobService = async (
  open: () => Promise<BlobStores> = openMemoryBlobStores,
  changed: Partial<BlobRoutesDeps> = {},
): Promise<BlobService> => {
  const stores = await open();
  const { blobStore } = stores;
  await registerAll(stores, [1, 2]);
  await foundVault(stores, 1, 1);
  await foundVault(stores, 2, 1);
  await foundVault(stores, 3, 2);
  const shell = createTestHttp();
  const deps = {
    accountStore: everybodyMay,
    blobStore,
    nowMs: () => nowMs,
    blobByteLengthMax: Number.MAX_SAFE_INTEGER,
    quotaByteLength: undefined,
    ...changed,
  };
  await shell.http.register(blobRoutesPlugin(deps));
  await shell.http.ready();

  const authorize = async (ask: TokenAsk): Promise<string> => {
    const token = createBlobToken({ randomBytes: systemRandomBytes });
    await blobStore.createToken({
      hash: blobTokenHashOf(token),
      vault: ask.vault,
      blob: ask.blob,
      isWrite: ask.action === BlobAction.Write,
      device: deviceOf(1),
      expiresAtMs: ask.expiresAtMs ?? nowMs + 1,
    });
    return tokenToHeader(token);
  };
  const forReading = async ({ vault, blob }: BlobName) => ({
    authorization: await authorize({ vault, blob, action: BlobAction.Read }),
  });
  const forWriting = async ({ vault, blob }: BlobName, type: string) => ({
    authorization: await authorize({ vault, blob, action: BlobAction.Write }),
    "content-type": type,
  });
  const urlOf = (
    route: { readonly path: string },
    { vault, blob }: BlobName,
    index: number | string = 0,
  ): string => pathOf(route, { vault, blob, index });

  const service: BlobService = {
    ...shell,
    stores,
    authorize,
    announce: async (sample) =>
      shell.http.inject({
        method: "PUT",
        url: urlOf(routes.announceBlob, sample),
        headers: await forWriting(sample, "application/json"),
        payload: sample.announcement,
      }),
    put: async (name, index, bytes) =>
      shell.http.inject({
        method: "PUT",
        url: urlOf(routes.putChunk, name, index),
        headers: await forWriting(name, "application/octet-stream"),
        payload: Buffer.from(bytes),
      }),
    upload: async (sample) => {
      await service.announce(sample);
      for (const [index, bytes] of sample.chunks.entries()) await service.put(sample, index, bytes);
    },
    status: async (name) =>
      shell.http.inject({
        method: "GET",
        url: urlOf(routes.blobStatus, name),
        headers: await forReading(name),
      }),
    probe: async (name) =>
      shell.http.inject({
        method: "HEAD",
        url: urlOf(routes.probeBlob, name),
        headers: await forReading(name),
      }),
    get: async (name, index, headers = {}) =>
      shell.http.inject({
        method: "GET",
        url: urlOf(routes.getChunk, name, index),
        headers: { ...(await forReading(name)), ...headers },
      }),
    close: async () => {
      await shell.http.close();
      await stores.close();
    },
  };
  return service;
};
