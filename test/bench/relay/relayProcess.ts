/** The real relay as its own process, with an empty folder and its own Postgres in it. */
import { assert } from "@duro/crypto/types";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { AskInside } from "./insideRelay.ts";
import { cpuMsOf, cpuMsOfFamily } from "./cpu.ts";

/** As postgres.js takes it; plain values, so that another process can be told. */
export interface DatabasePlace {
  readonly path: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface RelayProcess {
  readonly url: string;
  readonly folder: string;
  readonly database: DatabasePlace;
  cpuMs(): { readonly serverMs: number; readonly postgresMs: number };
  /** Of the program's own metrics, by name without its prefix. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** Where the relay was started with the inside loaded. */
  askInside(ask: AskInside): Promise<void>;
  stop(options?: { readonly keepsFolder?: boolean }): Promise<void>;
}

interface RelayOptions {
  readonly folder?: string;
  /** A second node on the database and with the key of this one. */
  readonly besides?: RelayProcess;
  readonly loadsInside?: boolean;
}

const program = fileURLToPath(
  new URL("../../../packages/server/bin/duro-relay.mjs", import.meta.url),
);
const inside = new URL("./insideRelay.ts", import.meta.url).href;
const nobodysPort = 0;

const argumentsOf = (folder: string, besides: RelayProcess | undefined): readonly string[] => [
  "--json",
  "--registration",
  "open",
  "--port",
  `${nobodysPort}`,
  "--metrics-port",
  `${nobodysPort}`,
  "--data",
  folder,
  ...(besides === undefined ? [] : ["--key-file", join(besides.folder, "relay.key")]),
];

const databaseUrlOf = ({ path, user, password, database }: DatabasePlace): string =>
  `postgres://${user}:${password}@localhost/${database}?host=${encodeURIComponent(join(path, ".."))}`;

/** A newline-separated file of Postgres: pid, data, start, port, folder of the socket. */
const readPostmaster = (folder: string) => {
  const lines = readFileSync(join(folder, "cluster", "data", "postmaster.pid"), "utf8").split("\n");
  const [pid, , , port, socketFolder] = lines;
  assert(socketFolder !== undefined, "Postgres says where its socket is");
  return { pid: Number(pid), path: join(socketFolder, `.s.PGSQL.${port}`) };
};

export const startRelayProcess = async (options: RelayOptions = {}): Promise<RelayProcess> => {
  const { besides, loadsInside = false } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "duro-bench-"));
  const child = spawn(
    process.execPath,
    [
      ...(loadsInside ? ["--expose-gc", "--import", inside] : []),
      program,
      ...argumentsOf(folder, besides),
    ],
    {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, ...(besides && { DATABASE_URL: databaseUrlOf(besides.database) }) },
    },
  );
  const { pid } = child;
  assert(pid !== undefined, "the relay starts");
  // Where a measurement fails, nothing of it stays behind.
  const stopWithUs = (): void => void child.kill("SIGTERM");
  process.once("exit", stopWithUs);
  assert(child.stderr !== null, "its own log is piped here");
  const { url, metrics: metricsUrl } = await listening(child.stderr);
  const postmaster = besides === undefined ? readPostmaster(folder) : undefined;
  const password = readFileSync(
    join((besides ?? { folder }).folder, "cluster", "password"),
    "utf8",
  );
  return {
    url,
    folder,
    database: besides?.database ?? {
      path: postmaster?.path ?? "",
      user: "duro",
      password: password.trim(),
      database: "postgres",
    },
    cpuMs: () => ({
      serverMs: cpuMsOf(pid),
      postgresMs: postmaster === undefined ? 0 : cpuMsOfFamily(postmaster.pid),
    }),
    metrics: () => readMetrics(metricsUrl),
    askInside: async (ask) => {
      child.send(ask);
      await once(child, "message");
    },
    stop: async ({ keepsFolder = false } = {}) => {
      process.off("exit", stopWithUs);
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      if (!keepsFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
};

interface Listening {
  readonly url: string;
  readonly metrics: string;
}

/** The program's own log says where; whatever else it says goes to whoever looks on. */
const listening = (stderr: Readable): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const lines = createInterface(stderr);
    lines.on("line", (line) => {
      const said = JSON.parse(line) as Partial<Listening> & { readonly level?: string };
      const { url, metrics } = said;
      if (url !== undefined && metrics !== undefined) resolve({ url, metrics });
      else if (said.level !== "info") console.error(line);
    });
    lines.on("close", () => reject(new Error("the relay did not start")));
  });

const metricPrefix = "duro_relay_";

const readMetrics = async (url: string): Promise<ReadonlyMap<string, number>> => {
  const text = await (await fetch(url)).text();
  return new Map(
    text
      .split("\n")
      .filter((line) => line.startsWith(metricPrefix))
      .map((line) => {
        const [name = "", value] = line.slice(metricPrefix.length).split(" ");
        return [name, Number(value)];
      }),
  );
};
