/** Logs, page after page: one reading at a time, the next page when the socket has room. */
import type { LogWant } from "../wire/log.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";
import type { LogReading, Ready, RelayConnection } from "./relayState.ts";
import { send, sendRefusal, stay, type Step, withReady } from "./step.ts";
import { refuse } from "./stepRefusal.ts";
import type { RelayEffect } from "./relayEffect.ts";

/** As many as vaults and their members' logs that a device follows after connecting, and to spare. */
const logReadingCountMax = 1_024;

export const onLogWant = (state: RelayConnection, session: Ready, frame: LogWant): Step => {
  const { request, name, fromIndex } = frame;
  if (session.logReadings.length >= logReadingCountMax)
    return withReady(
      state,
      session,
      sendRefusal({ kind: "request", request }, refused("RateLimited", { retryAfterMs: 1_000 })),
    );
  const reading: LogReading = { request, name, fromIndex, isReading: false };
  return readFirst(state, { ...session, logReadings: [...session.logReadings, reading] });
};

/** Asks for the next page of the first log that was wanted. */
export const readFirst = (
  state: RelayConnection,
  session: Ready,
  ...before: readonly RelayEffect[]
): Step => {
  const [first] = session.logReadings;
  if (first === undefined || first.isReading || state.isSlow)
    return withReady(state, session, ...before);
  const { request, name, fromIndex } = first;
  return withReady(
    state,
    { ...session, logReadings: session.logReadings.with(0, { ...first, isReading: true }) },
    ...before,
    { kind: "readLog", request, name, fromIndex },
  );
};

export const onLogPage = (
  state: RelayConnection,
  session: Ready,
  { request, records, head }: Extract<RelayInput, { kind: "logPage" }>,
): Step => {
  const [first, ...others] = session.logReadings;
  if (first?.request !== request || !first.isReading) return stay(state);
  const { name, fromIndex } = first;
  const page = send({
    type: "LogRecords",
    name,
    fromIndex,
    records,
    headIndex: head.index,
  });
  const nextIndex = fromIndex + records.length;
  const isDone = records.length === 0 || nextIndex > head.index;
  const rest = isDone ? others : [{ ...first, fromIndex: nextIndex, isReading: false }, ...others];
  return readFirst(state, { ...session, logReadings: rest }, page);
};

export const onLogRefused = (
  state: RelayConnection,
  session: Ready,
  { request, refused: refusal }: Extract<RelayInput, { kind: "logRefused" }>,
  nowMs: number,
): Step => {
  const [first, ...others] = session.logReadings;
  if (first?.request !== request || !first.isReading) return stay(state);
  const next = readFirst(state, { ...session, logReadings: others });
  return refuse(next, { kind: "request", request }, refusal, nowMs);
};
