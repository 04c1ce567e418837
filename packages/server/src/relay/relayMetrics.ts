/** What the relay's core counts. The program hands in real counters, tests and the simulation none. */
import type { ClientFrame, RelayFrame } from "@duro/protocol";

export interface RelayMetrics {
  connected(count: number): void;
  loggedIn(outcome: "ok" | "refused"): void;
  frameIn(type: ClientFrame["type"]): void;
  frameOut(type: RelayFrame["type"]): void;
  receivedByteLength(byteLength: number): void;
  sentByteLength(byteLength: number): void;
  refused(number: number): void;
  flushed(flush: { readonly envelopeCount: number; readonly seconds: number }): void;
  failed(where: string): void;
}

export const noMetrics: RelayMetrics = {
  connected: () => {},
  loggedIn: () => {},
  frameIn: () => {},
  frameOut: () => {},
  receivedByteLength: () => {},
  sentByteLength: () => {},
  refused: () => {},
  flushed: () => {},
  failed: () => {},
};
