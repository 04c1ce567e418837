/** What the relay's core counts, in the program's counters. */
import { refusalOfNumber } from "@duro/protocol";
import type { RelayMetrics } from "../relay/relayMetrics.ts";
import type { Metrics } from "./metrics.ts";

export const relayMetricsOf = (metrics: Metrics): RelayMetrics => ({
  connected: (count) => metrics.connections.set(count),
  loggedIn: (outcome) => metrics.logins.inc({ over: "socket", outcome }),
  frameIn: (type) => {
    metrics.framesReceived.inc({ type });
    if (type === "Put") metrics.puts.inc();
  },
  frameOut: (type) => {
    metrics.framesSent.inc({ type });
    if (type === "Receipt") metrics.receipts.inc();
    if (type === "Nudge") metrics.nudges.inc();
  },
  receivedByteLength: (byteLength) => metrics.bytesReceived.inc(byteLength),
  sentByteLength: (byteLength) => metrics.bytesSent.inc(byteLength),
  refused: (number) => {
    const { name = "unknown" } = refusalOfNumber(number);
    metrics.refusals.inc({ over: "socket", name });
  },
  flushed: ({ envelopeCount, seconds }) => {
    metrics.envelopesStored.inc(envelopeCount);
    metrics.flushEnvelopes.observe(envelopeCount);
    metrics.flushSeconds.observe(seconds);
  },
  failed: (where) => metrics.failures.inc({ where }),
});
