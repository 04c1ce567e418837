/** Connections one after the other: dialled, lost, tried again, or left alone. */
import { backoffBaseMs } from "../times.ts";
import { backoffMs, imposedMs, isLasting } from "./backoff.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientConnection, HangingUp } from "./clientState.ts";
import { type Ended, nextAfter } from "./ended.ts";
import { dial } from "./dial.ts";
import { wallOf } from "./time.ts";
import { andThen, type ClientStep, hangUp, lostRequests, newLine, stay, withLink } from "./step.ts";
import { sendFree } from "./stepFlow.ts";
import { unsealed } from "./stepGather.ts";
import { probe } from "./stepSession.ts";

export const onStart = (state: ClientConnection): ClientStep => {
  switch (state.link.kind) {
    case "idle":
    case "stopped":
      return dial({ ...state, failureCount: 0, loginFailureCount: 0 });
    case "hangingUp":
      return withLink(state, { ...state.link, isWanted: true });
    case "waiting":
    case "dialing":
    case "greeting":
    case "signing":
    case "welcoming":
    case "ready":
      return stay(state);
  }
};

const paused: Ended = { kind: "paused" };

export const onStop = (state: ClientConnection): ClientStep => {
  switch (state.link.kind) {
    case "idle":
      return stay(state);
    case "stopped":
      return withLink(state, { kind: "idle" });
    case "waiting":
      return withLink(state, { kind: "idle" }, { kind: "stopped", why: paused });
    case "hangingUp":
      return withLink(state, { ...state.link, ended: paused, isWanted: false });
    case "dialing":
      return hangUp(state, paused);
    case "greeting":
    case "signing":
    case "welcoming":
    case "ready":
      return andThen(sendFree(state, { type: "Bye" }), (next) => hangUp(next, paused));
  }
};

export const onClosed = (
  state: ClientConnection,
  { why, jitter }: Extract<ClientInput, { kind: "closed" }>,
): ClientStep => {
  const { link, time } = state;
  switch (link.kind) {
    case "idle":
    case "stopped":
    case "waiting":
      return stay(state);
    case "hangingUp":
      return over(state, link, jitter);
    case "dialing":
    case "greeting":
    case "signing":
    case "welcoming":
    case "ready":
      return andThen(stay(state, ...lostRequests(state)), (next) =>
        over(
          next,
          {
            ended: { kind: "closed", refusal: why.refusal },
            hasLasted: isLasting(link, time.timeMs),
            isWanted: false,
          },
          jitter,
        ),
      );
  }
};

type Over = Pick<HangingUp, "ended" | "hasLasted" | "isWanted">;

/** The engine is told once, whatever ended it. */
const over = (before: ClientConnection, { ended, isWanted, hasLasted }: Over, jitter: number) => {
  const state = {
    ...before,
    line: newLine(before.time.timeMs),
    gatherings: unsealed(before.gatherings),
  };
  if (isWanted) {
    const retryAtMs = wallOf(state, state.time.timeMs);
    const again = dial({ ...state, failureCount: 0, loginFailureCount: 0 });
    return {
      ...again,
      effects: [{ kind: "lost", why: ended, retryAtMs } as const, ...again.effects],
    };
  }
  const next = nextAfter(ended);
  const isLoginRefused = next === "retryOnce";
  if (next === "stop" || (isLoginRefused && state.loginFailureCount > 0))
    return withLink(
      state,
      { kind: ended.kind === "paused" ? "idle" : "stopped" },
      { kind: "stopped", why: ended },
    );
  const loginFailureCount = state.loginFailureCount + (isLoginRefused ? 1 : 0);
  return retry({ ...state, loginFailureCount }, ended, hasLasted ? 0 : state.failureCount, jitter);
};

const retry = (
  state: ClientConnection,
  ended: Ended,
  failureCount: number,
  jitter: number,
): ClientStep => {
  const notBeforeMs = state.time.timeMs + imposedMs(ended);
  const dialAtMs = notBeforeMs + backoffMs(failureCount, jitter);
  return withLink(
    { ...state, failureCount: failureCount + 1 },
    { kind: "waiting", dialAtMs, notBeforeMs },
    { kind: "lost", why: ended, retryAtMs: wallOf(state, dialAtMs) },
  );
};

/** At once, but that a network which comes and goes is no reason to dial all the time. */
export const onOnline = (
  state: ClientConnection,
  { jitter }: Extract<ClientInput, { kind: "online" }>,
): ClientStep => {
  const { link, time, dialedAtMs } = state;
  switch (link.kind) {
    case "waiting": {
      const earliestMs = Math.max(link.notBeforeMs, dialedAtMs + backoffBaseMs * (1 + jitter));
      if (earliestMs <= time.timeMs) return dial(state);
      return withLink(state, { ...link, dialAtMs: Math.min(link.dialAtMs, earliestMs) });
    }
    case "greeting":
    case "signing":
    case "welcoming":
    case "ready":
      return probe(state);
    case "idle":
    case "stopped":
    case "dialing":
    case "hangingUp":
      return stay(state);
  }
};
