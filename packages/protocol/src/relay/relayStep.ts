/**
 * The relay's side of one connection, as a function of state, input and time. It knows no socket, no
 * store and no key: what it wants done are effects, and what came of them is input again. So the real
 * relay and the simulation run the same machine.
 */
import { unreachable } from "@duro/crypto/types";
import { bufferedByteLengthMax } from "../limits.ts";
import type { BlobDrop, BlobTokenWant } from "../wire/blob.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import type { RefusalSubject } from "../wire/refusal.ts";
import { controlFrameCost, costOf, spend } from "./budget.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";
import type { Ready, RelayConnection } from "./relayState.ts";
import {
  andThen,
  closeFor,
  closeQuietly,
  move,
  openChannel,
  send,
  sendRefusal,
  stay,
  type Step,
  withMove,
  withReady,
} from "./step.ts";
import { onBodies, onBodiesMissing, onBodyWant } from "./stepBodies.ts";
import { grantSendCredit, isFree, receive, settle } from "./stepFlow.ts";
import { onLive } from "./stepLive.ts";
import { onLogPage, onLogRefused, onLogWant, readFirst } from "./stepLogs.ts";
import {
  onMailboxClose,
  onMailboxClosed,
  onMailboxJoin,
  onMailboxMessage,
  onMailboxOpen,
  onMailboxOpened,
  onMailboxSend,
  onRequestRefused,
} from "./stepMailboxes.ts";
import { onPage } from "./stepPages.ts";
import {
  onAppendRecord,
  onPresence,
  onPresenceFrame,
  onPut,
  onPutsDone,
  onRecordAppended,
  onRecordRefused,
} from "./stepPuts.ts";
import { refuse } from "./stepRefusal.ts";
import {
  isDeviceExpired,
  onFrameRefused,
  onLoggedIn,
  onLogin,
  onLoginRefused,
  onTick,
} from "./stepSession.ts";
import {
  onAccessLost,
  onCloseVault,
  onOpenVault,
  onPull,
  onVaultOpened,
  onVaultRefused,
  readOn,
} from "./stepVaults.ts";

export const relayStep = (state: RelayConnection, input: RelayInput, nowMs: number): Step => {
  if (state.session.kind === "closed") return stay(state);
  if (isDeviceExpired(state, nowMs)) return closeFor(state, refused("AuthFailed"));
  switch (input.kind) {
    case "frame":
      return onFrame({ ...state, heardAtMs: nowMs }, input.frame, input.byteLength, nowMs);
    case "frameRefused":
      return onFrameRefused(state, input.error);
    case "controlFrame":
      return onControlFrame(state, nowMs);
    case "tick":
      return onTick(state, nowMs);
    case "buffered":
      return onBuffered(state, input.byteLength);
    case "loggedIn":
      return onLoggedIn(state, input.who);
    case "loginRefused":
      return onLoginRefused(state, input.refused);
    case "mailboxOpened":
      return onMailboxOpened(state, input);
    case "mailboxMessage":
      return onMailboxMessage(state, input);
    case "mailboxClosed":
      return onMailboxClosed(state, input);
    case "mailboxRefused":
      return refuse(stay(state), { kind: "mailbox", mailbox: input.mailbox }, input.refused, nowMs);
    case "requestRefused":
      return onRequestRefused(state, input, nowMs);
    case "deviceRemoved":
      return closeFor(state, refused("DeviceRemoved"));
    case "shutdown":
      return closeFor(state, refused("ShuttingDown"));
    case "failed":
      return closeFor(state, refused("Internal"));
    case "vaultOpened":
    case "vaultRefused":
    case "page":
    case "bodies":
    case "logPage":
    case "logRefused":
    case "recordAppended":
    case "recordRefused":
    case "putsDone":
    case "live":
    case "presence":
    case "bodiesMissing":
    case "logGrew":
    case "accessLost":
    case "tokenGranted":
    case "blobDropped":
      return state.session.kind === "ready"
        ? onReadyInput(state, state.session, input, nowMs)
        : stay(state);
  }
};

type ReadyInput = Exclude<
  RelayInput,
  {
    kind:
      | "frame"
      | "frameRefused"
      | "controlFrame"
      | "tick"
      | "buffered"
      | "loggedIn"
      | "loginRefused"
      | "mailboxOpened"
      | "mailboxMessage"
      | "mailboxClosed"
      | "mailboxRefused"
      | "requestRefused"
      | "deviceRemoved"
      | "shutdown"
      | "failed";
  }
>;

const onReadyInput = (
  state: RelayConnection,
  session: Ready,
  input: ReadyInput,
  nowMs: number,
): Step => {
  switch (input.kind) {
    case "vaultOpened":
      return onVaultOpened(state, session, input, nowMs);
    case "vaultRefused":
      return onVaultRefused(state, session, input, nowMs);
    case "page":
      return withMove(state, onPage(session, state.isSlow, input));
    case "bodies":
      return withMove(state, onBodies(session, state.isSlow, input));
    case "logPage":
      return onLogPage(state, session, input);
    case "logRefused":
      return onLogRefused(state, session, input, nowMs);
    case "recordAppended":
      return onRecordAppended(state, session, input);
    case "recordRefused":
      return onRecordRefused(state, session, input, nowMs);
    case "putsDone":
      return onPutsDone(state, session, input, nowMs);
    case "live":
      return onLive(state, session, input.batch);
    case "presence":
      return onPresence(state, session, input);
    case "bodiesMissing":
      return onBodiesMissing(state, session, input);
    case "logGrew":
      return stay(state, send({ type: "LogNudge", name: input.name, head: input.head }));
    case "accessLost":
      return onAccessLost(state, session, input);
    case "tokenGranted": {
      const { request, token, expiresAtMs } = input;
      return stay(state, send({ type: "BlobTokenGranted", request, token, expiresAtMs }));
    }
    case "blobDropped":
      return stay(state, send({ type: "BlobDropped", request: input.request }));
  }
  return unreachable(input);
};

/** More than this in the socket although nothing large was sent on: nobody reads at the other end. */
const bufferedByteLengthEnd = 16 * bufferedByteLengthMax;

const onBuffered = (state: RelayConnection, byteLength: number): Step => {
  if (byteLength > bufferedByteLengthEnd) return closeQuietly(state);
  if (byteLength > bufferedByteLengthMax) return stay({ ...state, isSlow: true });
  if (!state.isSlow || byteLength > bufferedByteLengthMax / 2) return stay(state);
  const drained = { ...state, isSlow: false };
  if (state.session.kind !== "ready") return stay(drained);
  const logs = readFirst(drained, state.session);
  if (logs.state.session.kind !== "ready") return logs;
  const vaults = readOn(logs.state.session, false);
  return withReady(logs.state, vaults.session, ...logs.effects, ...vaults.effects);
};

const subjectOf = (frame: ClientFrame): RefusalSubject => {
  if ("request" in frame) return { kind: "request", request: frame.request };
  if ("channel" in frame) return { kind: "channel", channel: frame.channel };
  if ("mailbox" in frame) return { kind: "mailbox", mailbox: frame.mailbox };
  return { kind: "connection" };
};

const onFrame = (
  before: RelayConnection,
  frame: ClientFrame,
  byteLength: number,
  nowMs: number,
): Step => {
  const spent = spend(before.budget, costOf(frame, byteLength), nowMs);
  if (spent.kind === "exhausted") return closeFor(before, refused("Overloaded"));
  const state = { ...before, budget: spent.budget };
  if (state.session.kind !== "ready") {
    const { session } = state;
    return spent.kind === "short"
      ? closeFor(state, refused("Overloaded"))
      : onGreetingFrame({ ...state, session }, frame, nowMs);
  }
  const session = receive(state.session, frame, byteLength);
  if (session === "exceeded") return closeFor(state, refused("CreditExceeded"));
  // What is free is never refused: a grant that is lost would leave both sides waiting.
  const step =
    spent.kind === "short" && !isFree(frame)
      ? onFrameTooFast(state, session, frame, spent.retryAfterMs)
      : onReadyFrame(state, session, frame, byteLength, nowMs);
  return done(step, frame, byteLength);
};

/** It says nothing and is no sign of life, but whoever sends nothing else is cut off. */
const onControlFrame = (state: RelayConnection, nowMs: number): Step => {
  const spent = spend(state.budget, controlFrameCost, nowMs);
  return spent.kind === "exhausted"
    ? closeFor(state, refused("Overloaded"))
    : stay({ ...state, budget: spent.budget });
};

/** Refused, and only that: what a Pull grants is granted. */
const onFrameTooFast = (
  state: RelayConnection,
  session: Ready,
  frame: ClientFrame,
  retryAfterMs: number,
): Step => {
  const which = frame.type === "Put" ? { chain: frame.run.chain, seq: frame.run.firstSeq } : {};
  const tooFast = sendRefusal(subjectOf(frame), refused("RateLimited", { ...which, retryAfterMs }));
  const granted =
    frame.type === "Pull" ? grantSendCredit(session, frame.creditByteLength) : session;
  return withMove(
    state,
    andThen(move(granted, tooFast), (next) => readOn(next, state.isSlow)),
  );
};

/** What is dealt with gives its credit back; a put and a record do so when they are stored. */
const done = ({ state, effects }: Step, frame: ClientFrame, byteLength: number): Step => {
  const isUnderWay = effects.some(({ kind }) => kind === "putRun" || kind === "appendRecord");
  if (state.session.kind !== "ready" || isUnderWay || isFree(frame)) return { state, effects };
  const settled = settle(state.session, byteLength);
  return withReady(state, settled.session, ...effects, ...settled.effects);
};

const onGreetingFrame = (state: RelayConnection, frame: ClientFrame, nowMs: number): Step => {
  switch (frame.type) {
    case "Login":
      return onLogin(state, frame, nowMs);
    case "Bye":
      return closeQuietly(state);
    case "Ping":
      return stay(state, send({ type: "Pong", count: frame.count }));
    case "Pong":
      return stay(state);
    case "MailboxOpen":
      return onMailboxOpen(state, frame);
    case "MailboxJoin":
      return onMailboxJoin(state, frame);
    case "MailboxSend":
      return onMailboxSend(state, frame);
    case "MailboxClose":
      return onMailboxClose(state, frame);
    case "AppendRecord":
    case "BlobDrop":
    case "BlobTokenWant":
    case "BodyWant":
    case "CloseVault":
    case "Credit":
    case "LogWant":
    case "OpenVault":
    case "Presence":
    case "Pull":
    case "Put":
      return closeFor(state, refused("ProtocolOrder", { frame: frame.type }));
  }
};

const onReadyFrame = (
  state: RelayConnection,
  session: Ready,
  frame: ClientFrame,
  byteLength: number,
  nowMs: number,
): Step => {
  const ready = { ...state, session };
  switch (frame.type) {
    case "Login":
      return onLogin(ready, frame, nowMs);
    case "Bye":
      return closeQuietly(ready);
    case "Ping":
      return stay(ready, send({ type: "Pong", count: frame.count }));
    case "Pong":
      return stay(ready);
    case "Credit":
      return withMove(ready, readOn(grantSendCredit(session, frame.byteLength), ready.isSlow));
    case "LogWant":
      return onLogWant(ready, session, frame);
    case "AppendRecord":
      return onAppendRecord(ready, frame, byteLength);
    case "OpenVault":
      return onOpenVault(ready, session, frame);
    case "CloseVault":
      return onCloseVault(ready, session, frame.channel);
    case "Pull":
      return onPull(ready, session, frame);
    case "Put":
      return onPut(ready, session, frame, byteLength, nowMs);
    case "BodyWant":
      return onBodyWant(ready, session, frame);
    case "Presence":
      return onPresenceFrame(ready, session, frame);
    case "BlobTokenWant":
      return onBlobTokenWant(ready, session, frame);
    case "BlobDrop":
      return onBlobDrop(ready, session, frame);
    case "MailboxOpen":
      return onMailboxOpen(ready, frame);
    case "MailboxJoin":
      return onMailboxJoin(ready, frame);
    case "MailboxSend":
      return onMailboxSend(ready, frame);
    case "MailboxClose":
      return onMailboxClose(ready, frame);
  }
};

const onBlobTokenWant = (state: RelayConnection, session: Ready, frame: BlobTokenWant): Step => {
  const { request, channel, action, blob } = frame;
  const vault = openChannel(session, channel)?.vault;
  return vault === undefined
    ? stay(state, sendRefusal({ kind: "request", request }, refused("VaultUnknown")))
    : stay(state, { kind: "grantToken", request, vault, action, blob });
};

const onBlobDrop = (state: RelayConnection, session: Ready, drop: BlobDrop): Step => {
  const { request, channel } = drop;
  const vault = openChannel(session, channel)?.vault;
  return vault === undefined
    ? stay(state, sendRefusal({ kind: "request", request }, refused("VaultUnknown")))
    : stay(state, { kind: "dropBlob", vault, drop });
};
