/** What follows from any step: what waits goes out, edits are sealed, and the timer is set. */
import type { ClientEffect } from "./clientEffect.ts";
import type { ClientConnection } from "./clientState.ts";
import { wallOf } from "./time.ts";
import { andThen, type ClientStep, stay, withLine } from "./step.ts";
import { sendBodyWants } from "./stepBodies.ts";
import { pay, payableAtMs } from "./stepFlow.ts";
import { nextSealAtMs, seal } from "./stepGather.ts";
import { sendLogWants } from "./stepLogs.ts";
import { sendPuts } from "./stepPuts.ts";
import { tickAtMs } from "./stepSession.ts";

export const settle = (step: ClientStep): ClientStep =>
  andThen(andThen(andThen(step, sendWaiting), seal), setTimer);

const isAnythingWaiting = ({ line, link }: ClientConnection): boolean =>
  line.asks.length > 0 ||
  (link.kind === "ready" &&
    (link.logQueue.length > 0 || link.bodyQueue.length > 0 || link.putQueue.size > 0));

/** What was asked for first, then logs, bodies and puts, each as many as may be under way. */
const sendWaiting = (state: ClientConnection): ClientStep => {
  if (!isAnythingWaiting(state)) return stay(state);
  const asked = sendAsks(state);
  if (asked.state.line.asks.length > 0) return asked;
  return andThen(andThen(andThen(asked, sendLogWants), sendBodyWants), sendPuts);
};

const sendAsks = (before: ClientConnection): ClientStep => {
  let state = before;
  const effects: ClientEffect[] = [];
  for (const frame of before.line.asks) {
    const paid = pay(state, frame);
    if (paid === undefined) break;
    state = paid;
    effects.push({ kind: "send", ...frame });
  }
  return effects.length === 0
    ? stay(before)
    : { state: withLine(state, { asks: before.line.asks.slice(effects.length) }), effects };
};

const earliest = (...timesMs: readonly (number | undefined)[]): number | undefined => {
  const known = timesMs.filter((atMs) => atMs !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** A timer that goes off early costs one step; so it is set anew only where it would be late. */
const setTimer = (state: ClientConnection): ClientStep => {
  const dueMs = earliest(
    tickAtMs(state),
    isAnythingWaiting(state) ? payableAtMs(state) : undefined,
    nextSealAtMs(state),
  );
  const { wakeAtMs } = state;
  if (dueMs === undefined)
    return wakeAtMs === undefined
      ? stay(state)
      : stay({ ...state, wakeAtMs: undefined }, { kind: "wakeAt", atMs: undefined });
  if (wakeAtMs !== undefined && wakeAtMs <= dueMs) return stay(state);
  return stay({ ...state, wakeAtMs: dueMs }, { kind: "wakeAt", atMs: wallOf(state, dueMs) });
};
