/** How a connection begins and stays alive. */
import { creditWindowByteLength } from "../limits.ts";
import {
  answerTimeoutMs,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  loginSignTimeoutMs,
  pongIntervalMs,
  probeTimeoutMs,
} from "../times.ts";
import { protocolVersion } from "../version.ts";
import type { Challenge, Welcome } from "../wire/login.ts";
import type { Ping } from "../wire/alive.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientConnection, Link, Welcoming } from "./clientState.ts";
import type { WaitedFor } from "./ended.ts";
import {
  andThen,
  type ClientStep,
  encoded,
  hangUp,
  misbehaved,
  newLine,
  stay,
  withLine,
  withLink,
} from "./step.ts";
import { dial } from "./dial.ts";
import { pay, sendFree } from "./stepFlow.ts";
import { emptyTable } from "./table.ts";

export const onOpened = (state: ClientConnection): ClientStep => {
  if (state.link.kind !== "dialing") return stay(state);
  const { timeMs } = state.time;
  return stay({
    ...state,
    line: newLine(timeMs),
    link: { kind: "greeting", untilMs: timeMs + answerTimeoutMs },
  });
};

/** One version is spoken here; nobody talks us into another. */
export const onChallenge = (state: ClientConnection, challenge: Challenge): ClientStep => {
  if (state.link.kind !== "greeting")
    return misbehaved(state, { type: "OutOfOrder", frame: "Challenge" });
  const { versionMin: min, versionMax: max, nonce } = challenge;
  if (protocolVersion < min || protocolVersion > max)
    return hangUp(state, { kind: "versionUnsupported", min, max });
  const untilMs = state.time.timeMs + loginSignTimeoutMs;
  return withLink(state, { kind: "signing", nonce, untilMs }, { kind: "signLogin", challenge });
};

/** What was signed for an earlier challenge is worth nothing, and would look like a wrong key. */
export const onLoginSigned = (
  state: ClientConnection,
  { nonce, device, nowMs, signature }: Extract<ClientInput, { kind: "loginSigned" }>,
): ClientStep => {
  const { link, time, clientVersion } = state;
  if (link.kind !== "signing" || link.nonce !== nonce) return stay(state);
  if (time.timeMs >= link.untilMs)
    return hangUp(state, { kind: "timedOut", waitedFor: "signature" });
  const login = encoded({ type: "Login", device, nowMs, signature, clientVersion });
  const untilMs = time.timeMs + answerTimeoutMs;
  const paid = pay(state, login) ?? state;
  return withLink(paid, { kind: "welcoming", device, untilMs }, { kind: "send", ...login });
};

export const onRelayRefused = (state: ClientConnection): ClientStep => {
  switch (state.link.kind) {
    case "greeting":
    case "signing":
    case "welcoming":
    case "ready":
      return hangUp(state, { kind: "unwanted" });
    case "idle":
    case "stopped":
    case "waiting":
    case "dialing":
    case "hangingUp":
      return stay(state);
  }
};

export const onWelcome = (
  state: ClientConnection,
  link: Welcoming,
  { user, device, scope, vaults, identityHead, creditByteLength }: Welcome,
): ClientStep => {
  if (device !== link.device) return misbehaved(state, { type: "AnswerUnasked", frame: "Welcome" });
  const ready: ClientConnection = {
    ...state,
    loginFailureCount: 0,
    link: {
      kind: "ready",
      sinceMs: state.time.timeMs,
      sendCreditByteLength: creditByteLength,
      receiveCreditByteLength: creditWindowByteLength,
      untakenByteLength: 0,
      owedCreditByteLength: 0,
      channels: emptyTable(),
      vaultsByChannel: emptyTable(),
      channelCount: 0,
      logs: emptyTable(),
      logQueue: [],
      logsAskedCount: 0,
      bodyQueue: [],
      bodiesAsked: [],
      putQueue: new Map(),
      sentPuts: [],
      putCount: 0,
    },
  };
  return andThen(sendFree(ready, { type: "Credit", byteLength: creditWindowByteLength }), (next) =>
    stay(next, { kind: "welcome", user, device, scope, vaults, identityHead }),
  );
};

/** A relay that pings without end gets an answer now and then: what we send is bounded too. */
export const onPing = (state: ClientConnection, { count }: Ping): ClientStep => {
  const { timeMs } = state.time;
  const { pongedAtMs } = state.line;
  if (pongedAtMs !== undefined && timeMs - pongedAtMs < pongIntervalMs) return stay(state);
  return sendFree(withLine(state, { pongedAtMs: timeMs }), { type: "Pong", count });
};

const ping = (state: ClientConnection): ClientStep => {
  const pingCount = state.line.pingCount + 1;
  return sendFree(withLine(state, { pingCount, pingedAtMs: state.time.timeMs }), {
    type: "Ping",
    count: pingCount,
  });
};

/** Somebody has a reason to think that the socket is dead: it is given a moment to say something. */
export const probe = (state: ClientConnection): ClientStep =>
  state.line.probedAtMs === undefined
    ? ping(withLine(state, { probedAtMs: state.time.timeMs }))
    : stay(state);

const isConnected = ({ kind }: Link): boolean =>
  kind === "greeting" || kind === "signing" || kind === "welcoming" || kind === "ready";

/** With a mailbox the relay waits, and so do we. */
const isPairing = ({ line }: ClientConnection): boolean =>
  line.mailboxes.size > 0 || [...line.asked.values()].some(({ kind }) => kind === "mailbox");

/** What a connection waits for that is not ready yet, and until when. */
const waitOf = (
  state: ClientConnection,
): { readonly waitedFor: WaitedFor; readonly untilMs: number } | undefined => {
  const { link } = state;
  switch (link.kind) {
    case "dialing":
      return { waitedFor: "socket", untilMs: link.untilMs };
    case "greeting":
      return { waitedFor: "Challenge", untilMs: link.untilMs };
    case "signing":
      return isPairing(state) ? undefined : { waitedFor: "signature", untilMs: link.untilMs };
    case "welcoming":
      return { waitedFor: "Welcome", untilMs: link.untilMs };
    case "idle":
    case "stopped":
    case "waiting":
    case "ready":
    case "hangingUp":
      return undefined;
  }
};

const goneAtMs = ({ heardAtMs, probedAtMs }: ClientConnection["line"]): number =>
  Math.min(
    heardAtMs + heartbeatTimeoutMs,
    probedAtMs === undefined ? Number.MAX_SAFE_INTEGER : probedAtMs + probeTimeoutMs,
  );

const pingAtMs = ({ heardAtMs, pingedAtMs }: ClientConnection["line"]): number =>
  Math.max(heardAtMs, pingedAtMs) + heartbeatIntervalMs;

export const onTick = (state: ClientConnection): ClientStep => {
  const { link, line, time } = state;
  if (link.kind === "waiting") return link.dialAtMs <= time.timeMs ? dial(state) : stay(state);
  const wait = waitOf(state);
  if (wait !== undefined && wait.untilMs <= time.timeMs)
    return hangUp(state, { kind: "timedOut", waitedFor: wait.waitedFor });
  if (!isConnected(link)) return stay(state);
  if (goneAtMs(line) <= time.timeMs)
    return hangUp(state, { kind: "timedOut", waitedFor: "any frame" });
  return pingAtMs(line) <= time.timeMs ? ping(state) : stay(state);
};

/** When `onTick` has something to do. */
export const tickAtMs = (state: ClientConnection): number | undefined => {
  const { link, line } = state;
  if (link.kind === "waiting") return link.dialAtMs;
  const untilMs = waitOf(state)?.untilMs;
  if (!isConnected(link)) return untilMs;
  return Math.min(untilMs ?? Number.MAX_SAFE_INTEGER, goneAtMs(line), pingAtMs(line));
};
