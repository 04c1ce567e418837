/** The real relay as its own process with its own Postgres, and what an operator sees of it from outside. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Sql, connectSql } from "../../../packages/server/src/postgres/sql.ts";
import { addressIn } from "../../relay/tools/verifySql.ts";
import { newFolder } from "../../relay/tools/folders.ts";
import { type Program, startProgram } from "../../relay/tools/program.ts";

export interface RelayRun {
  readonly url: string;
  readonly port: number;
  /** Of its metrics, summed over labels, by name without the prefix. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** Its metrics as it says them. */
  metricsText(): Promise<string>;
  /** All that it wrote: its own log, and its words for whoever started it. */
  readonly logged: Program["err"];
  /** Past all of its code: what lies in the tables. */
  connectDatabase(): Sql;
  /** Ends it gently. */
  readonly stop: Program["stop"];
}

export interface RelayRunOptions {
  readonly logLevel?: "debug" | "info";
}

/** Our own proxy is trusted: every attack comes from the addresses that it says. */
export const runRelay = async ({ logLevel = "debug" }: RelayRunOptions = {}): Promise<RelayRun> => {
  const data = newFolder();
  const words =
    "--json --port 0 --metrics-port 0 --registration open --trust-proxy 127.0.0.1".split(" ");
  const program = startProgram([...words, "--data", data, "--log-level", logLevel]);
  const url = await program.url();
  const metricsUrl = await metricsUrlOf(program);
  const metricsText = async (): Promise<string> => (await fetch(metricsUrl)).text();
  return {
    url,
    port: Number(new URL(url).port),
    metricsText,
    metrics: async () => sumsIn(await metricsText()),
    logged: () => `${program.out()}${program.err()}`,
    connectDatabase: () => connectSql(addressIn(data), { connectionCountMax: 2 }),
    stop: () => program.stop(),
  };
};

const logWaitMsMax = 10_000;

const metricsUrlOf = async ({ err }: Program): Promise<string> => {
  const untilMs = performance.now() + logWaitMsMax;
  while (performance.now() < untilMs) {
    const url = /"metrics":"(?<url>[^"]+)"/u.exec(err())?.groups?.["url"];
    if (url !== undefined) return url;
    await sleep(10);
  }
  throw new Error(`the relay does not say where its metrics are: ${err()}`);
};

const metricPrefix = "duro_relay_";

const sumsIn = (text: string): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name = "", value] = /^([a-z_0-9]+)(?:\{[^}]*\})? (\S+)$/u.exec(line) ?? [];
    if (!name.startsWith(metricPrefix)) continue;
    const key = name.slice(metricPrefix.length);
    sums.set(key, (sums.get(key) ?? 0) + Number(value));
  }
  return sums;
};
