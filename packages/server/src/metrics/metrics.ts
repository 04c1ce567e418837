/**
 * What the relay counts. Names of things that happen, never of whom they happen to: no label holds an
 * id, an address or anything else that a client chooses freely.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

const prefix = "duro_relay_";

/** From a local commit to one that waits for its turn. */
const secondBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const countBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

export interface MetricsOptions {
  /** Memory, processor, event loop and garbage of this process: once in a process. */
  readonly hasProcessMetrics: boolean;
}

export const createMetrics = ({ hasProcessMetrics }: MetricsOptions) => {
  const registry = new Registry();
  if (hasProcessMetrics) collectDefaultMetrics({ register: registry, prefix });
  const registers = [registry];
  const counter = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) =>
    new Counter<Label>({ name: `${prefix}${name}`, help, labelNames: [...labelNames], registers });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `${prefix}${name}`, help, registers });
  const histogram = <Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly Label[] = [],
  ) =>
    new Histogram<Label>({
      name: `${prefix}${name}`,
      help,
      buckets: [...buckets],
      labelNames: [...labelNames],
      registers,
    });
  return {
    registry,

    // Connections
    connections: gauge("connections", "Sockets that are open."),
    logins: counter("logins_total", "Logins that were tried.", ["over", "outcome"]),
    refusals: counter("refusals_total", "Refusals that were sent.", ["over", "name"]),
    framesReceived: counter("frames_received_total", "Frames from clients.", ["type"]),
    framesSent: counter("frames_sent_total", "Frames to clients.", ["type"]),
    bytesReceived: counter("received_bytes_total", "Bytes of frames from clients."),
    bytesSent: counter("sent_bytes_total", "Bytes of frames to clients."),

    // Chains
    puts: counter("puts_total", "Runs that clients put."),
    envelopesStored: counter("envelopes_stored_total", "Envelopes that were committed."),
    flushEnvelopes: histogram("flush_envelopes", "Envelopes in one commit.", countBuckets),
    flushSeconds: histogram("flush_seconds", "Time of one commit.", secondBuckets),
    receipts: counter("receipts_total", "Receipts that were signed."),

    // Telling
    nudges: counter("nudges_total", "Nudges to connections that are slow."),
    notifierTroubles: counter(
      "notifier_troubles_total",
      "Times when nodes may have missed what another one stored.",
      ["trouble"],
    ),

    // Tidying
    trashed: counter("trashed_total", "Bodies that went to the trash."),
    restored: counter("restored_total", "Bodies that came back from the trash."),
    pruned: counter("pruned_total", "What was deleted for good.", ["what"]),

    // Below
    failures: counter("failures_total", "Work of the core that failed.", ["where"]),
    databaseErrors: counter("database_errors_total", "Errors of the database.", ["code"]),
    httpRequests: counter("http_requests_total", "Answered requests.", ["route", "status"]),
    httpSeconds: histogram("http_seconds", "Time of answered requests.", secondBuckets, ["route"]),
  };
};
export type Metrics = ReturnType<typeof createMetrics>;
