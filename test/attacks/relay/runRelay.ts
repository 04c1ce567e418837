/** The real relay as its own process with its own Postgres, and what an operator sees of it from outside. */
import { assert } from "@duro/crypto/types";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectSql, type Sql } from "../../../packages/server/src/postgres/sql.ts";

const program = fileURLToPath(
  new URL("../../../packages/server/bin/duro-relay.mjs", import.meta.url),
);

export interface RelayRun {
  readonly url: string;
  readonly port: number;
  /** Of its metrics, summed over labels, by name without the prefix. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** All that it wrote: its own log at level debug, and its words for whoever started it. */
  logged(): string;
  isRunning(): boolean;
  /** Past all of its code: what lies in the tables. */
  connectDatabase(): Sql;
  /** Ends it gently; how it ended. */
  stop(): Promise<number | null>;
  readonly folder: string;
}

export interface RelayRunOptions {
  readonly flags?: readonly string[];
  /** A second node beside this one, on its database and with its key. */
  readonly beside?: RelayRun;
}

export const runRelay = async ({ flags = [], beside }: RelayRunOptions = {}): Promise<RelayRun> => {
  const folder = mkdtempSync(join(tmpdir(), "duro-attacks-"));
  const { DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(
    process.execPath,
    [
      ...[program, "--json", "--port", "0", "--metrics-port", "0", "--log-level", "debug"],
      ...["--data", folder, ...flags],
      ...(beside === undefined ? [] : ["--key-file", join(beside.folder, "relay.key")]),
    ],
    {
      // The channel: whoever runs this may be killed, and the relay is not left behind.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: beside === undefined ? inherited : { ...inherited, DATABASE_URL: databaseUrlOf(beside) },
    },
  );
  let out = "";
  let err = "";
  const started = Promise.withResolvers<void>();
  const look = (): void => {
    if (out.includes("\n") && err.includes('"metrics"')) started.resolve();
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    look();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    look();
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  await Promise.race([started.promise, ended]);
  const { url } = JSON.parse(out.split("\n")[0] ?? "{}") as { readonly url?: string };
  assert(url !== undefined, `the relay starts: ${out}${err}`);
  return {
    url,
    port: Number(new URL(url).port),
    folder,
    metrics: async () => readMetrics(metricsUrlIn(err)),
    logged: () => `${out}${err}`,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    connectDatabase: () =>
      connectSql(
        { kind: "url", url: databaseUrlOf(beside ?? { folder }) },
        { connectionCountMax: 2 },
      ),
    stop: async () => {
      child.kill("SIGTERM");
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
};

/** As Postgres says it in its own file: process, data, start, port, folder of its socket. */
const databaseUrlOf = ({ folder }: Pick<RelayRun, "folder">): string => {
  const cluster = join(folder, "cluster");
  const [, , , , socketFolder = ""] = readFileSync(
    join(cluster, "data", "postmaster.pid"),
    "utf8",
  ).split("\n");
  const password = readFileSync(join(cluster, "password"), "utf8").trim();
  return `postgres://duro:${password}@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
};

const metricsUrlIn = (log: string): string => {
  const url = /"metrics":"(?<url>[^"]+)"/u.exec(log)?.groups?.["url"];
  assert(url !== undefined, "the relay says where its metrics are");
  return url;
};

const metricPrefix = "duro_relay_";

const readMetrics = async (url: string): Promise<ReadonlyMap<string, number>> => {
  const sums = new Map<string, number>();
  for (const line of (await (await fetch(url)).text()).split("\n")) {
    const [, name = "", value] = /^([a-z_0-9]+)(?:\{[^}]*\})? (\S+)$/u.exec(line) ?? [];
    if (!name.startsWith(metricPrefix)) continue;
    const key = name.slice(metricPrefix.length);
    sums.set(key, (sums.get(key) ?? 0) + Number(value));
  }
  return sums;
};
