/** Credit and pace, in both directions: docs/protocol.md, FLOW1 to FLOW5 and RELAY16. */
import { creditWindowByteLength } from "../limits.ts";
import { costOf, spend } from "../relay/budget.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { retryAfterMsOf } from "./backoff.ts";
import type { ClientConnection, EncodedFrame, Ready } from "./clientState.ts";
import type { RefusalSaid } from "./ended.ts";
import { type ClientStep, encoded, stay, withLine, withLink } from "./step.ts";

/** Ping, Pong, Credit and Bye wait for nothing: they are what keeps both sides going. */
export const sendFree = (state: ClientConnection, frame: ClientFrame): ClientStep => {
  const made = encoded(frame);
  const spent = spend(state.line.budget, costOf(frame, made.bytes.length), state.time.timeMs);
  const paid = spent.kind === "exhausted" ? state : withLine(state, { budget: spent.budget });
  return stay(paid, { kind: "send", ...made });
};

/** Before the Welcome nothing is counted; what is sent then are mailbox frames only. */
const sendCreditOf = ({ link }: ClientConnection): number => {
  switch (link.kind) {
    case "ready":
      return link.sendCreditByteLength;
    case "signing":
      return Number.MAX_SAFE_INTEGER;
    // Whether the relay counts it already cannot be known: it waits for the Welcome.
    case "welcoming":
    case "idle":
    case "stopped":
    case "waiting":
    case "dialing":
    case "greeting":
    case "hangingUp":
      return 0;
  }
};

/** A frame may begin while any credit is left, so that the largest always passes. */
export const maySend = (state: ClientConnection): boolean =>
  sendCreditOf(state) > 0 && state.time.timeMs >= state.line.quietUntilMs;

/** Undefined where it has to wait: the relay would refuse it. */
export const pay = (
  state: ClientConnection,
  { frame, bytes }: EncodedFrame,
): ClientConnection | undefined => {
  if (!maySend(state)) return undefined;
  const spent = spend(state.line.budget, costOf(frame, bytes.length), state.time.timeMs);
  if (spent.kind !== "paid") return undefined;
  const paid = withLine(state, { budget: spent.budget });
  if (paid.link.kind !== "ready") return paid;
  const sendCreditByteLength = paid.link.sendCreditByteLength - bytes.length;
  return { ...paid, link: { ...paid.link, sendCreditByteLength } };
};

/** When what waits can be paid for; undefined where that is not a matter of time. */
export const payableAtMs = (state: ClientConnection): number | undefined => {
  const { line, time } = state;
  if (sendCreditOf(state) <= 0) return undefined;
  if (time.timeMs < line.quietUntilMs) return line.quietUntilMs;
  const [first] = line.asks;
  const cost = first === undefined ? likelyCost : costOf(first.frame, first.bytes.length);
  const spent = spend(line.budget, cost, time.timeMs);
  switch (spent.kind) {
    case "paid":
      return undefined;
    case "short":
      return time.timeMs + spent.retryAfterMs;
    case "exhausted":
      return time.timeMs + exhaustedRetryMs;
  }
};

/** Of a LogWant or a BodyWant, and to spare. */
const likelyCost = 8;
/** The budget is far in debt, and does not say how far. */
const exhaustedRetryMs = 1_000;

/** However much a relay grants: what is under way is bounded by what the engine hands over. */
export const grantSendCredit = (link: Ready, byteLength: number): Ready => ({
  ...link,
  sendCreditByteLength: Math.min(Number.MAX_SAFE_INTEGER, link.sendCreditByteLength + byteLength),
});

/** Even where the relay forgets to say how long: nothing is asked again at once. */
const quietMsMin = 100;

/** It was too fast; whatever costs waits. */
export const keepQuiet = (state: ClientConnection, { facts }: RefusalSaid): ClientConnection => {
  const untilMs = state.time.timeMs + Math.max(quietMsMin, retryAfterMsOf(facts));
  return withLine(state, { quietUntilMs: Math.max(state.line.quietUntilMs, untilMs) });
};

// Towards us

/** Half of the window at a time: a Credit frame for each frame would cost as much as the frame. */
const creditBackByteLength = creditWindowByteLength / 2;

/** Dealt with, so the relay may send as much again. */
export const giveBack = (state: ClientConnection, link: Ready, byteLength: number): ClientStep => {
  const owed = link.owedCreditByteLength + byteLength;
  if (owed < creditBackByteLength) return withLink(state, { ...link, owedCreditByteLength: owed });
  const granted: Ready = {
    ...link,
    owedCreditByteLength: 0,
    receiveCreditByteLength: link.receiveCreditByteLength + owed,
  };
  return sendFree({ ...state, link: granted }, { type: "Credit", byteLength: owed });
};

/** What was handed over on an earlier connection is none of this one's. */
export const onTaken = (
  state: ClientConnection,
  link: Ready,
  { byteLength }: { readonly byteLength: number },
): ClientStep => {
  const taken = Math.min(byteLength, link.untakenByteLength);
  const rest = { ...link, untakenByteLength: link.untakenByteLength - taken };
  return giveBack({ ...state, link: rest }, rest, taken);
};
