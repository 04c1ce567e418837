/** How a device's connection to a relay begins: for the first time, and each time anew. */
import { dialTimeoutMs } from "../times.ts";
import type { ClientConnection } from "./clientState.ts";
import { type ClientStep, newLine } from "./step.ts";

export const openClientConnection = (clientVersion: string, nowMs: number): ClientConnection => ({
  clientVersion,
  time: { wallMs: nowMs, timeMs: 0 },
  wakeAtMs: undefined,
  failureCount: 0,
  loginFailureCount: 0,
  dialedAtMs: 0,
  gatherings: new Map(),
  line: newLine(0),
  link: { kind: "idle" },
});

export const dial = (state: ClientConnection): ClientStep => {
  const { timeMs } = state.time;
  return {
    state: {
      ...state,
      dialedAtMs: timeMs,
      line: newLine(timeMs),
      link: { kind: "dialing", untilMs: timeMs + dialTimeoutMs },
    },
    effects: [{ kind: "dial" }],
  };
};
