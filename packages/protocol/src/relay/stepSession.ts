/** How a connection begins, stays alive and ends. */
import { heartbeatIntervalMs, heartbeatTimeoutMs, loginNonceLifetimeMs } from "../times.ts";
import { creditWindowByteLength } from "../limits.ts";
import { protocolVersionMax, protocolVersionMin } from "../version.ts";
import type { Login } from "../wire/login.ts";
import type { FrameError } from "../wire/frame.ts";
import { fullBudget } from "./budget.ts";
import { refused, type Refused } from "./refused.ts";
import type { LoggedIn, RelayOpening } from "./relayInput.ts";
import type { RelayConnection } from "./relayState.ts";
import { closeFor, send, stay, type Step } from "./step.ts";

/** The relay speaks first. */
export const openRelayConnection = ({ self, key, nonce }: RelayOpening, nowMs: number): Step => ({
  state: {
    key,
    session: { kind: "greeting", nonce, isChecking: false },
    openedAtMs: nowMs,
    heardAtMs: nowMs,
    pingedAtMs: nowMs,
    pingCount: 0,
    isSlow: false,
    mailboxes: new Map(),
    mailboxRequests: [],
    budget: fullBudget(nowMs),
  },
  effects: [
    send({
      type: "Challenge",
      nonce,
      relayKey: self.relayKey,
      generation: self.generation,
      versionMin: protocolVersionMin,
      versionMax: protocolVersionMax,
      nowMs,
    }),
  ],
});

/** One try for each connection: whoever fails dials again and gets another nonce. */
export const onLogin = (state: RelayConnection, login: Login, nowMs: number): Step => {
  if (state.session.kind !== "greeting" || state.session.isChecking)
    return closeFor(state, refused("ProtocolOrder", { frame: "Login" }));
  if (isNonceOver(state, nowMs)) return closeFor(state, loginTooLate);
  return {
    state: { ...state, session: { ...state.session, isChecking: true } },
    effects: [{ kind: "checkLogin", login }],
  };
};

const isNonceOver = (state: RelayConnection, nowMs: number): boolean =>
  nowMs - state.openedAtMs >= loginNonceLifetimeMs;

const loginTooLate = refused("RequestTimeout", { waitedFor: "Login" });

export const onLoggedIn = (state: RelayConnection, who: LoggedIn): Step => {
  if (state.session.kind !== "greeting" || !state.session.isChecking) return stay(state);
  const { user, device, scope, expiresAtMs, vaults, identityHead } = who;
  return {
    state: {
      ...state,
      session: {
        kind: "ready",
        user,
        device,
        scope,
        expiresAtMs,
        channels: new Map(),
        channelNumberMin: 0,
        pageReading: { kind: "idle" },
        readingCount: 0,
        bodyReadings: [],
        logReadings: [],
        sendCreditByteLength: 0,
        receiveCreditByteLength: creditWindowByteLength,
        owedCreditByteLength: 0,
        putsInFlightCount: 0,
      },
    },
    effects: [
      send({
        type: "Welcome",
        user,
        device,
        scope,
        vaults,
        identityHead,
        creditByteLength: creditWindowByteLength,
      }),
    ],
  };
};

/** Such a device may not log in, so it may not stay either. */
export const isDeviceExpired = ({ session }: RelayConnection, nowMs: number): boolean =>
  session.kind === "ready" && session.expiresAtMs !== undefined && session.expiresAtMs <= nowMs;

export const onLoginRefused = (state: RelayConnection, refusal: Refused): Step =>
  closeFor(state, refusal);

export const onFrameRefused = (
  state: RelayConnection,
  error: FrameError | { readonly type: "FrameIsText" },
): Step => {
  switch (error.type) {
    case "Malformed":
      return closeFor(
        state,
        refused("MalformedFrame", { what: error.what, expected: error.expected, at: error.at }),
      );
    case "FrameUnknown":
      return closeFor(state, refused("UnsupportedFrame", { tag: error.tag }));
    case "FrameTooLarge":
      return closeFor(
        state,
        refused("FrameTooLarge", { byteLength: error.byteLength, limit: error.byteLengthMax }),
      );
    case "FrameIsText":
      return closeFor(state, refused("UnsupportedFrame", { tag: "text" }));
  }
};

/** Pings who is silent, and gives up on who does not answer. */
export const onTick = (state: RelayConnection, nowMs: number): Step => {
  const silentMs = nowMs - state.heardAtMs;
  const isWaitingForLogin =
    state.session.kind === "greeting" &&
    !state.session.isChecking &&
    state.mailboxes.size === 0 &&
    state.mailboxRequests.length === 0;
  if (isWaitingForLogin && isNonceOver(state, nowMs)) return closeFor(state, loginTooLate);
  if (silentMs >= heartbeatTimeoutMs)
    return closeFor(state, refused("RequestTimeout", { waitedFor: "Pong" }));
  const isPingDue =
    silentMs >= heartbeatIntervalMs && nowMs - state.pingedAtMs >= heartbeatIntervalMs;
  if (!isPingDue) return stay(state);
  const pingCount = state.pingCount + 1;
  return stay({ ...state, pingCount, pingedAtMs: nowMs }, send({ type: "Ping", count: pingCount }));
};
