/** The relay's app from its parts: stores on Postgres, the core, and the routes around it. */
import { sizes } from "@duro/crypto/types";
import { limits } from "@duro/protocol";
import type { FastifyInstance } from "fastify";
import { createPostgresBlobList } from "./export/postgresBlobList.ts";
import { buildHttp } from "./http/buildHttp.ts";
import { isDiskFull } from "./http/databaseErrors.ts";
import { errorFacts } from "./logger.ts";
import { createLoginCheck } from "./login/checkLogin.ts";
import { createLoginNonces } from "./login/loginNonces.ts";
import { countTidying } from "./metrics/countTidying.ts";
import { relayMetricsOf } from "./metrics/relayMetrics.ts";
import { createPostgresAccountStore } from "./postgres/postgresAccountStore.ts";
import { createPostgresBlobStore } from "./postgres/postgresBlobStore.ts";
import { createPostgresChainStore } from "./postgres/postgresChainStore.ts";
import { createPostgresLogStore } from "./postgres/postgresLogStore.ts";
import { createPostgresMailboxStore } from "./postgres/postgresMailboxStore.ts";
import { createPostgresNotifier } from "./postgres/postgresNotifier.ts";
import { createPostgresTidyStore } from "./postgres/postgresTidyStore.ts";
import type { App, AppDeps } from "./program/appDeps.ts";
import { createAdmission } from "./relay/admission.ts";
import { type Relay, startRelay } from "./relay/startRelay.ts";
import { systemTimers } from "./relay/timers.ts";
import { registerAbout } from "./routes/aboutRoutes.ts";
import { registerAccounts } from "./routes/accountRoutes.ts";
import { blobRoutesPlugin } from "./routes/blobRoutes.ts";
import { registerMetrics } from "./routes/metricsRoutes.ts";
import { socketRoute } from "./routes/socketRoute.ts";
import { registerNoViewer, registerViewer } from "./routes/viewerRoutes.ts";
import { startTidying } from "./tidy/startTidying.ts";

/**
 * One address is one person's devices, a family, a team behind one line. Loopback is everybody behind a
 * proxy that was not named, and the same as everybody.
 */
const openPerAddressMax = 1_000;
const opensPerMinuteMax = 600;
const loopbackFactor = 10;
/** Each holds a file of the system and some 30 KiB. */
const openCountMax = 20_000;

const quotasOf = ({ quotas }: AppDeps["config"]) => ({
  byteLength: quotas.byteLength,
  deviceCountMax: quotas.deviceCountMax ?? sizes.deviceCountMax,
  vaultCountMax: quotas.vaultCountMax ?? limits.vaultsPerUserMax,
  blobByteLengthMax:
    quotas.blobByteLengthMax ?? sizes.blobChunkCountMax * sizes.blobChunkByteLengthMax,
});

type Quotas = ReturnType<typeof quotasOf>;

const createStores = ({ sql }: AppDeps) => ({
  logStore: createPostgresLogStore(sql),
  accountStore: createPostgresAccountStore(sql),
  chainStore: createPostgresChainStore(sql),
  blobStore: createPostgresBlobStore(sql),
  mailboxStore: createPostgresMailboxStore(sql),
});

type Stores = ReturnType<typeof createStores>;

const diskFullEvent = "the database's disk is full: nothing new is stored until there is room";

export const buildApp = async (deps: AppDeps): Promise<App> => {
  const { config, sql, address, keys, generation, log, nowMs, randomBytes } = deps;
  const stores = createStores(deps);
  const quotas = quotasOf(config);
  const onFailure = (where: string, cause: unknown): void => {
    const event = isDiskFull(cause) ? diskFullEvent : "the relay failed at something";
    log.error(event, { where, ...errorFacts(cause) });
  };
  const notifier = createPostgresNotifier({
    address,
    randomBytes,
    onTrouble: (trouble) => {
      deps.metrics.notifierTroubles.inc({ trouble });
      log.warn("telling the other nodes is in trouble", { trouble });
    },
  });
  const relay = startRelay({
    stores,
    notifier,
    keys,
    self: { relayKey: keys.signKey, generation },
    quotas,
    nowMs,
    timers: systemTimers,
    randomBytes,
    metrics: relayMetricsOf(deps.metrics),
    onFailure,
  });
  const tidying = startTidying({
    ...stores,
    tidyStore: createPostgresTidyStore(sql),
    logs: relay.logs,
    nowMs,
    randomBytes,
    onFailure,
    onRound: (report) => {
      countTidying(deps.metrics, report);
      log.info("tidied", { ...report });
    },
  });
  const http = await buildRoutes(deps, stores, quotas, relay);
  return {
    http,
    stop: async () => {
      await Promise.all([relay.stop(), tidying.stop()]);
      await Promise.all([notifier.close(), stores.chainStore.close()]);
    },
  };
};

const buildRoutes = async (
  deps: AppDeps,
  stores: Stores,
  quotas: Quotas,
  relay: Relay,
): Promise<FastifyInstance> => {
  const { config, metrics, names, keys, generation, nowMs, randomBytes, isStopping } = deps;
  const { accountStore, blobStore } = stores;
  const http = buildHttp({
    log: deps.log,
    metrics,
    names,
    trustedProxies: config.trustedProxies,
    logsAddresses: config.logsAddresses,
    isHttps: config.publicUrls.some((url) => url.startsWith("https:")),
    isStopping,
    nowMs,
  });
  const nonces = createLoginNonces({ seed: keys.seed, randomBytes, nowMs });
  const self = { relayKey: keys.signKey, generation };
  const askDatabase = () => deps.sql`select 1`;
  await http.register(registerAbout, {
    ...self,
    registration: config.registration,
    nonces,
    askDatabase,
    nowMs,
  });
  await http.register(registerAccounts, {
    ...stores,
    ...self,
    blobList: createPostgresBlobList(deps.sql),
    nonces,
    nowMs,
    metrics,
    hostsFor: names.hostsFor,
    registration: config.registration,
    deviceCountMax: quotas.deviceCountMax,
    quotaByteLength: quotas.byteLength,
  });
  const { blobByteLengthMax, byteLength: quotaByteLength } = quotas;
  await http.register(
    blobRoutesPlugin({ blobStore, accountStore, nowMs, blobByteLengthMax, quotaByteLength }),
  );
  const signer = { accountStore, relayKey: keys.signKey, nowMs };
  const admission = createAdmission(
    { openCountMax, openPerAddressMax, opensPerMinuteMax, loopbackFactor },
    nowMs,
  );
  await socketRoute(http, {
    connect: (socket, checkLogin) => relay.connect(socket, checkLogin),
    disconnected: (connection) => relay.disconnected(connection),
    loginCheckFor: (dialled) =>
      createLoginCheck(signer, { allowed: names.hostsFor(dialled), dialled }),
    origins: names.origins,
    admit: (socketAddress) => admission.admit(socketAddress),
    isStopping,
  });
  if (deps.metricsToken !== undefined)
    await http.register(registerMetrics, { metrics, token: deps.metricsToken });
  if (config.viewerFolder === undefined) await http.register(registerNoViewer);
  else await http.register(registerViewer, { folder: config.viewerFolder, hosts: names.hosts });
  return http;
};
