/** What a relay is made of once its folder, key and database are there, and what is made of it. */
import type { RandomBytes, RelayKeys } from "@duro/crypto/receipt";
import type { RelayGeneration } from "@duro/protocol";
import type { FastifyInstance } from "fastify";
import type { HostNames } from "../http/hostNames.ts";
import type { Logger } from "../logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { PostgresAddress, Sql } from "../postgres/sql.ts";
import type { ServeConfig } from "./command.ts";

export interface AppDeps {
  readonly config: ServeConfig;
  /** Of the file that the configuration names. */
  readonly metricsToken: string | undefined;
  readonly sql: Sql;
  /** For a connection that listens. */
  readonly address: PostgresAddress;
  readonly keys: RelayKeys;
  readonly generation: RelayGeneration;
  readonly names: HostNames;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly randomBytes: RandomBytes;
  readonly isStopping: () => boolean;
}

export interface App {
  /** Not listening yet. */
  readonly http: FastifyInstance;
  /** Tells clients, finishes receipts, ends sockets and timers; the database is still there. */
  readonly stop: () => Promise<void>;
}

export type BuildApp = (deps: AppDeps) => Promise<App>;
