/** Logs that the engine follows: asked for once, and again whenever the relay says that they have grown. */
import { requestIds } from "../ids.ts";
import { logWantsInFlightMax, requestIdMax } from "../limits.ts";
import type { LogNudge, LogRecords } from "../wire/log.ts";
import type { LogHead, LogName } from "../wire/heads.ts";
import type { RequestId } from "../ids.ts";
import type { ClientEffect } from "./clientEffect.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientConnection, FollowedLog, Ready } from "./clientState.ts";
import type { RefusalSaid } from "./ended.ts";
import {
  type ClientStep,
  encoded,
  hangUp,
  misbehaved,
  stay,
  withEntry,
  withLine,
  withLink,
  withoutAsked,
} from "./step.ts";
import { keepQuiet, pay } from "./stepFlow.ts";
import { lookUp, withItem, withoutItem } from "./table.ts";

const keyOf = ({ kind, log }: LogName): string => `${kind}${log}`;

const queued = (link: Ready, key: string, log: FollowedLog): Ready => ({
  ...link,
  logs: withItem(link.logs, key, { ...log, stage: { kind: "queued" } }),
  logQueue: [...link.logQueue, key],
});

export const onFollowLog = (
  state: ClientConnection,
  link: Ready,
  { name, fromIndex }: Extract<ClientInput, { kind: "followLog" }>,
): ClientStep => {
  const key = keyOf(name);
  const known = lookUp(link.logs, key);
  const fresh: FollowedLog = {
    name,
    nextIndex: fromIndex,
    grownTo: undefined,
    stage: { kind: "still" },
    thenFrom: undefined,
  };
  switch (known?.stage.kind) {
    case undefined:
    case "still":
      return withLink(state, queued(link, key, fresh));
    case "queued": {
      const anew: FollowedLog = { ...fresh, stage: { kind: "queued" } };
      return withLink(state, { ...link, logs: withItem(link.logs, key, anew) });
    }
    case "asked": {
      if (known === undefined) return stay(state);
      const thenFrom = fromIndex === known.nextIndex ? undefined : fromIndex;
      return withLink(state, { ...link, logs: withItem(link.logs, key, { ...known, thenFrom }) });
    }
  }
};

/** As many at a time as the relay keeps for anybody. */
export const sendLogWants = (before: ClientConnection): ClientStep => {
  let state = before;
  const effects: ClientEffect[] = [];
  for (;;) {
    const { link, line } = state;
    if (link.kind !== "ready" || link.logsAskedCount >= logWantsInFlightMax) break;
    const [key] = link.logQueue;
    const log = key === undefined ? undefined : lookUp(link.logs, key);
    if (key === undefined || log === undefined) break;
    if (line.requestCount >= requestIdMax) return hangUp(state, { kind: "numbersUsedUp" });
    const request = requestIds.fromNumber(line.requestCount);
    const { name, nextIndex } = log;
    const want = encoded({ type: "LogWant", request, name, fromIndex: nextIndex });
    const paid = pay(state, want);
    if (paid?.link.kind !== "ready") break;
    const asked: FollowedLog = { ...log, grownTo: undefined, stage: { kind: "asked", request } };
    state = {
      ...withLine(paid, {
        requestCount: line.requestCount + 1,
        asked: withEntry(line.asked, request, { kind: "log", key }),
      }),
      link: {
        ...paid.link,
        logQueue: link.logQueue.slice(1),
        logs: withItem(link.logs, key, asked),
        logsAskedCount: link.logsAskedCount + 1,
      },
    };
    effects.push({ kind: "send", ...want });
  }
  return { state, effects };
};

/** One LogWant is answered page by page, up to what the relay has then. */
export const onLogRecords = (
  state: ClientConnection,
  link: Ready,
  { name, fromIndex, records, headIndex }: LogRecords,
): ClientStep => {
  const key = keyOf(name);
  const log = lookUp(link.logs, key);
  if (log?.stage.kind !== "asked") return stay(state); // news that nobody asked for
  if (fromIndex !== log.nextIndex)
    return misbehaved(state, { type: "OutOfOrder", frame: "LogRecords" });
  const nextIndex = fromIndex + records.length;
  const here: FollowedLog = { ...log, nextIndex };
  const isWhole = records.length === 0 || nextIndex > headIndex;
  const handOver = { kind: "logRecords", name, fromIndex, records, headIndex } as const;
  if (!isWhole) return withLink(state, { ...link, logs: withItem(link.logs, key, here) }, handOver);
  const answered = withoutAsked(state, log.stage.request);
  const rest = { ...link, logsAskedCount: link.logsAskedCount - 1 };
  return withLink(answered, afterAnswer(rest, key, here, headIndex), handOver);
};

/** A relay that says there is more and does not hand it out is not asked again until it says so again. */
const afterAnswer = (link: Ready, key: string, log: FollowedLog, headIndex: number): Ready => {
  const { thenFrom, grownTo } = log;
  const next = { ...log, nextIndex: thenFrom ?? log.nextIndex, thenFrom: undefined };
  const hasGrown = grownTo !== undefined && grownTo > headIndex;
  return thenFrom !== undefined || hasGrown
    ? queued(link, key, next)
    : { ...link, logs: withItem(link.logs, key, { ...next, stage: { kind: "still" } }) };
};

export const onLogNudge = (
  state: ClientConnection,
  link: Ready,
  { name, head }: LogNudge,
): ClientStep =>
  withLink(state, heardOfHead(link, name, head), { kind: "logGrew", name, head } as const);

/** A log that we follow is asked for again, where the relay says that it goes on. */
export const heardOfHead = (link: Ready, name: LogName, { index }: LogHead): Ready => {
  const key = keyOf(name);
  const log = lookUp(link.logs, key);
  switch (log?.stage.kind) {
    case undefined:
    case "queued":
      return link;
    case "still":
      return log === undefined || index < log.nextIndex ? link : queued(link, key, log);
    case "asked": {
      if (log === undefined) return link;
      const grownTo = Math.max(log.grownTo ?? 0, index);
      return { ...link, logs: withItem(link.logs, key, { ...log, grownTo }) };
    }
  }
};

export const onLogRefused = (
  state: ClientConnection,
  link: Ready,
  { request, key }: { readonly request: RequestId; readonly key: string },
  refusal: RefusalSaid,
): ClientStep => {
  const answered = withoutAsked(state, request);
  const rest = { ...link, logsAskedCount: link.logsAskedCount - 1 };
  const log = lookUp(link.logs, key);
  if (log === undefined) return withLink(answered, rest);
  if (refusal.name === "RateLimited")
    return withLink(keepQuiet(answered, refusal), queued(rest, key, log));
  return withLink(
    answered,
    { ...rest, logs: withoutItem(link.logs, key) },
    { kind: "logRefused", name: log.name, refusal },
  );
};
