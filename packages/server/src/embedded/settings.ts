import { type Places, socketPort } from "./places.ts";

/**
 * How the relay's Postgres is set. They go onto its command line and not into postgresql.conf, so a
 * newer relay sets what it wants also where the data is old.
 */

/** The default of 100 would have the memory of a small machine; the relay's pools need a third of this. */
const connectionCountMax = 60;

const durability = {
  // A receipt promises that what is stored survives a power cut.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  // After a failed fsync the kernel may have dropped the pages: only the log on disk can be believed.
  data_sync_retry: "off",
  ignore_checksum_failure: "off",
};

const size = {
  max_connections: String(connectionCountMax),
  // The rows are small and the system's own cache is behind this one.
  shared_buffers: "96MB",
  work_mem: "4MB",
  maintenance_work_mem: "32MB",
  // Short reads from a warm cache gain nothing from helpers, and each helper is one more process.
  io_method: "sync",
  max_worker_processes: "2",
  max_parallel_workers_per_gather: "0",
  max_logical_replication_workers: "0",
  autovacuum_worker_slots: "4",
  autovacuum_max_workers: "2",
  // The packages bring no compiler.
  jit: "off",
};

const manySmallCommits = {
  // A page goes into the log whole once after each checkpoint: fewer checkpoints, smaller pages.
  checkpoint_timeout: "15min",
  checkpoint_completion_target: "0.9",
  max_wal_size: "512MB",
  min_wal_size: "80MB",
  wal_compression: "on",
  wal_buffers: "8MB",
  // An operator can take a base backup while the relay runs.
  wal_level: "replica",
};

const privacy = {
  // The log must hold nothing of a request: no statement, no value, no key of a row.
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
};

const logging = {
  // Our file takes its standard error; logFile.ts keeps that file small.
  logging_collector: "off",
  log_destination: "stderr",
  log_checkpoints: "off",
  log_timezone: "UTC",
  timezone: "UTC",
  lc_messages: "C",
};

/** The setting is a list, so a folder with a comma in its name needs the quotes. */
const quoted = (path: string): string => `"${path.replaceAll('"', '""')}"`;

export const serverArguments = ({ data, socketFolder }: Places): readonly string[] => {
  const settings = {
    listen_addresses: "",
    port: String(socketPort),
    unix_socket_directories: quoted(socketFolder),
    unix_socket_permissions: "0700",
    ...durability,
    ...size,
    ...manySmallCommits,
    ...privacy,
    ...logging,
  };
  return [
    "-D",
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
};

/** What Postgres writes into postmaster.opts when it is started so. */
export const optionsFileText = (postgres: string, serverArgs: readonly string[]): string =>
  `${[postgres, ...serverArgs.map((argument) => `"${argument}"`)].join(" ")}\n`;
