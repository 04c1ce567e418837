/** A relay of one node on given stores, with a real socket and nothing else of the program around it. */
import { fastify } from "fastify";
import { createRelayKeys, systemRandomBytes } from "@duro/crypto/receipt";
import { assert } from "@duro/crypto/types";
import { relayGenerations } from "@duro/protocol";
import { createLoginCheck } from "../login/checkLogin.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { RelayQuotas, RelayStores } from "../relay/context.ts";
import { noMetrics } from "../relay/relayMetrics.ts";
import { type Relay, startRelay } from "../relay/startRelay.ts";
import { systemTimers } from "../relay/timers.ts";
import { blobRoutesPlugin } from "../routes/blobRoutes.ts";
import { socketRoute } from "../routes/socketRoute.ts";

export interface TestRelay {
  readonly url: string;
  readonly relay: Relay;
  readonly keys: ReturnType<typeof createRelayKeys>;
  readonly failures: readonly unknown[];
  stop(): Promise<void>;
}

export interface TestRelayOptions {
  readonly stores: RelayStores;
  readonly notifier: Notifier;
  readonly keys?: ReturnType<typeof createRelayKeys>;
  readonly quotas?: Partial<RelayQuotas>;
  readonly nowMs?: () => number;
}

export const testGeneration = relayGenerations.fromBytes(new Uint8Array(32).fill(7));

export const startTestRelay = async ({
  stores,
  notifier,
  keys = createRelayKeys({ randomBytes: systemRandomBytes }),
  quotas = {},
  nowMs = Date.now,
}: TestRelayOptions): Promise<TestRelay> => {
  const failures: unknown[] = [];
  const relay = startRelay({
    stores,
    notifier,
    keys,
    self: { relayKey: keys.signKey, generation: testGeneration },
    quotas: { byteLength: undefined, deviceCountMax: 256, vaultCountMax: 256, ...quotas },
    nowMs,
    timers: systemTimers,
    randomBytes: systemRandomBytes,
    metrics: noMetrics,
    onFailure: (_, cause) => failures.push(cause),
  });
  const app = fastify();
  let host = "";
  const signer = { accountStore: stores.accountStore, relayKey: keys.signKey, nowMs };
  await socketRoute(app, {
    connect: (socket, check) => relay.connect(socket, check),
    disconnected: (connection) => relay.disconnected(connection),
    loginCheckFor: (dialled) => createLoginCheck(signer, { allowed: [host], dialled }),
    origins: () => new Set(),
    admit: () => () => {},
    isStopping: () => false,
  });
  app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (_, body, done) =>
    done(null, body),
  );
  await app.register(
    blobRoutesPlugin({
      accountStore: stores.accountStore,
      blobStore: stores.blobStore,
      nowMs,
      blobByteLengthMax: Number.MAX_SAFE_INTEGER,
      quotaByteLength: quotas.byteLength,
    }),
  );
  await app.listen({ host: "127.0.0.1", port: 0 });
  const [address] = app.addresses();
  assert(typeof address === "object", "it listens on a port");
  host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    relay,
    keys,
    failures,
    stop: async () => {
      await relay.stop();
      await app.close();
    },
  };
};
