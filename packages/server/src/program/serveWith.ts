/** Runs the relay in the foreground: folder, key, database, app, port; and back in the other order. */
import { err, ok, type Result } from "@duro/crypto/types";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Exit, type Failure } from "../exits.ts";
import { createHostNames, localUrl } from "../http/hostNames.ts";
import { createLogger, errorFacts, type Logger } from "../logger.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { startMetricsServer } from "../metrics/metricsServer.ts";
import type { BuildApp } from "./appDeps.ts";
import { type Closer, closeAll } from "./closers.ts";
import type { ServeConfig } from "./command.ts";
import { prepareGround } from "./ground.ts";
import type { Io } from "./io.ts";
import { listen, listenFailure } from "./listen.ts";
import { connectDatabase, prepareDatabase, startDatabase } from "./openDatabase.ts";
import { openRelayKey } from "./relayKey.ts";
import { createSay, type Say } from "./say.ts";
import { startSettling, systemSettling } from "./settleMemory.ts";
import { welcomeText } from "./welcome.ts";

/** Together below the ten seconds after which a service manager kills. */
const appStopMsMax = 4_000;
const httpCloseMsMax = 1_000;
const metricsCloseMsMax = 500;
const sqlEndMsMax = 500;
const postgresStopMsMax = 3_500;
/** An embedded Postgres that is starting can be stopped only once it has. */
const unwindMsMax = 4_000;

interface Serving {
  readonly config: ServeConfig;
  readonly io: Io;
  readonly say: Say;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly closers: Closer[];
  /** Loads while Postgres starts: both take their time. */
  readonly loadApp: Promise<BuildApp>;
}

interface Ready {
  readonly url: string;
  readonly died: Promise<void>;
}

export const serveWith = async (
  config: ServeConfig,
  io: Io,
  loadApp: () => Promise<BuildApp>,
): Promise<Exit> => {
  const say = createSay(config.output, io);
  const log = createLogger({
    level: config.output.isQuiet ? "error" : config.output.logLevel,
    form: io.isErrTerminal ? "human" : "json",
    nowMs: io.nowMs,
    write: io.writeErr,
  });
  const loading = loadApp();
  // Whether it failed is asked when it is needed.
  loading.catch(() => {});
  const metrics = createMetrics({ hasProcessMetrics: true });
  const closers: Closer[] = [];
  const serving: Serving = { config, io, say, log, metrics, closers, loadApp: loading };
  try {
    return await run(serving);
  } catch (cause) {
    log.error("the relay failed", errorFacts(cause));
    say.failure({
      code: "Internal",
      message: "The relay failed at something that is a fault in it.",
      next: "start it again; if it stays so, report it with the last line of its log",
    });
    return Exit.Unexpected;
  } finally {
    await closeAll(serving.closers, serving.log);
  }
};

const run = async (serving: Serving): Promise<Exit> => {
  const { io, say, log } = serving;
  const started = await startOrStop(serving);
  if (!started.ok) {
    say.failure(started.error);
    return started.error.exit;
  }
  const { died } = started.value;
  void died.then(() => io.stop.ask("Postgres has ended", { isFailure: true }));
  await io.stop.requested;
  log.info("stopping", { why: io.stop.reason() });
  await closeAll(serving.closers, serving.log);
  if (io.stop.isFailure()) {
    say.failure({
      code: "Stopped",
      message: `The relay stopped: ${io.stop.reason() ?? "it failed"}.`,
      next: "see the last lines of its log, and start it again",
    });
    return Exit.Unexpected;
  }
  say.result(
    { stopped: io.stop.reason() },
    "The relay has stopped; everything receipted is stored.",
  );
  return Exit.Done;
};

const interrupted: Failure = {
  code: "Interrupted",
  exit: Exit.Interrupted,
  message: "Interrupted before the relay had started.",
  next: "start it again",
};

/** Whoever stops a start that is stuck need not wait for it: what it has opened is taken from under it. */
const startOrStop = async (serving: Serving): Promise<Result<Ready, Failure>> => {
  const starting = start(serving);
  const interruption = serving.io.stop.requested.then(() => err(interrupted));
  const started = await Promise.race([starting, interruption]);
  if (started.ok || started.error !== interrupted) return started;
  await closeAll(serving.closers, serving.log);
  const failed = starting.catch(() => {});
  await Promise.race([failed, sleep(unwindMsMax, undefined, { ref: false })]);
  return started;
};

const start = async (serving: Serving): Promise<Result<Ready, Failure>> => {
  const { config, io, say, log, closers, metrics } = serving;
  const { store } = config;
  const ground = await prepareGround(config, say.warning);
  if (!ground.ok) return ground;
  const key = await openRelayKey(store, io.randomBytes);
  if (!key.ok) return key;
  if (io.stop.reason() !== undefined) return err(interrupted);
  const database = await startDatabase(store, log);
  if (!database.ok) return database;
  const { address, sentence, died, stop } = database.value;
  closers.push({ what: "Postgres", close: stop, msMax: postgresStopMsMax });
  const sql = connectDatabase(address, log);
  closers.push({ what: "connections", close: () => sql.end({ timeout: 0 }), msMax: sqlEndMsMax });
  const opened = await prepareDatabase(sql, store, key.value.keys, io.randomBytes);
  if (!opened.ok) {
    // Made a moment ago and good for nothing: beside the right one it would only confuse.
    if (key.value.isNew && opened.error.code === "RelayKeyOther") await rm(store.keyFile);
    return opened;
  }
  if (io.stop.reason() !== undefined) return err(interrupted);

  const names = createHostNames({ ...config, machine: io.machine() });
  const buildApp = await serving.loadApp;
  const { metricsToken, viewerFolder } = ground.value;
  const app = await buildApp({
    config: { ...config, viewerFolder },
    metricsToken,
    sql,
    address,
    keys: key.value.keys,
    generation: opened.value.generation,
    names,
    log,
    metrics,
    nowMs: io.nowMs,
    randomBytes: io.randomBytes,
    isStopping: () => io.stop.reason() !== undefined,
  });
  closers.push(
    { what: "HTTP", close: async () => app.http.close(), msMax: httpCloseMsMax },
    { what: "clients", close: app.stop, msMax: appStopMsMax },
  );
  const metricsUrl = await openMetricsPort(serving);
  if (!metricsUrl.ok) return metricsUrl;
  const settling = startSettling(systemSettling());
  closers.push({ what: "settling", close: async () => settling.stop(), msMax: 1 });
  const listening = await listen(app.http, config);
  if (!listening.ok) return listening;
  names.listensOn(listening.value);
  if (io.stop.reason() !== undefined) return err(interrupted);
  const url = localUrl(listening.value) ?? "";
  const { hadUsers } = opened.value;
  announce(serving, { url, sentence, metricsUrl: metricsUrl.value, hadUsers });
  return ok({ url, died });
};

const openMetricsPort = async ({
  config: { metricsPort },
  metrics,
  closers,
}: Serving): Promise<Result<string | undefined, Failure>> => {
  if (metricsPort === undefined) return ok(undefined);
  try {
    const server = await startMetricsServer(metrics, metricsPort);
    closers.push({ what: "metrics", close: server.close, msMax: metricsCloseMsMax });
    return ok(`http://127.0.0.1:${server.port}/metrics`);
  } catch (cause) {
    return err(listenFailure({ host: "127.0.0.1", port: metricsPort }, cause, "--metrics-port"));
  }
};

const announce = (
  { config, io, say, log }: Serving,
  started: Parameters<typeof welcomeText>[1],
): void => {
  say.result({ url: started.url }, welcomeText(config, started, io.hasColour));
  const { url, sentence: database, metricsUrl: metrics } = started;
  // At a terminal it stands there already.
  if (!io.isErrTerminal) log.info("the relay listens", { url, database, metrics });
};
