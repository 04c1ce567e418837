/**
 * A device's side of its connection to one relay, as a function of state, input and time: for all vaults
 * and logs that the device keeps there. It knows no socket, no timer, no key and no store: what it wants
 * done are effects, and what came of them is input again. The counterpart of `relayStep`.
 */
import type { RelayFrame } from "../wire/relayFrame.ts";
import { onChannel } from "./channels.ts";
import type { ClientInput, ReadyInput } from "./clientInput.ts";
import type { ClientConnection, Ready } from "./clientState.ts";
import { passTo } from "./time.ts";
import { settle } from "./settle.ts";
import { type ClientStep, misbehaved, stay, withLine, withLink } from "./step.ts";
import { bodiesMissing, onWantBodies } from "./stepBodies.ts";
import { onClosed, onOnline, onStart, onStop } from "./stepDial.ts";
import { grantSendCredit, onTaken } from "./stepFlow.ts";
import { onDirty, onNothingToSeal, onSealed, onSealLater } from "./stepGather.ts";
import { onFollowLog, onLogNudge, onLogRecords } from "./stepLogs.ts";
import {
  onMailboxClosed,
  onMailboxInput,
  onMailboxMessage,
  onMailboxOpened,
} from "./stepMailboxes.ts";
import { onPut, onReceipt } from "./stepPuts.ts";
import { onRefusal } from "./stepRefusal.ts";
import { onAnswer, onAppendRecord, onDropBlob, onWantBlobToken } from "./stepRequests.ts";
import {
  onChallenge,
  onLoginSigned,
  onOpened,
  onPing,
  onRelayRefused,
  onTick,
  onWelcome,
} from "./stepSession.ts";
import {
  onCatchUpDone,
  onEnvelopes,
  onNudge,
  onPresence,
  onVaultHeads,
} from "./stepVaultFrames.ts";
import { onCloseVault, onOpenVault, onPullVault, onSendPresence } from "./stepVaults.ts";

export const clientStep = (
  before: ClientConnection,
  input: ClientInput,
  nowMs: number,
): ClientStep => settle(take(withTime(before, input, nowMs), input));

/** A tick has used up the timer. One that was set by a clock that was then set back would be late. */
const withTime = (
  state: ClientConnection,
  input: ClientInput,
  nowMs: number,
): ClientConnection => ({
  ...state,
  time: passTo(state.time, nowMs),
  wakeAtMs: input.kind === "tick" || nowMs < state.time.wallMs ? undefined : state.wakeAtMs,
});

const take = (state: ClientConnection, input: ClientInput): ClientStep => {
  switch (input.kind) {
    case "frame":
      return onFrame(state, input.frame, input.byteLength);
    case "frameRefused":
      return onFrameRefused(state, input.error.type);
    case "tick":
      return onTick(state);
    case "opened":
      return onOpened(state);
    case "closed":
      return onClosed(state, input);
    case "online":
      return onOnline(state, input);
    case "start":
      return onStart(state);
    case "stop":
      return onStop(state);
    case "loginSigned":
      return onLoginSigned(state, input);
    case "relayRefused":
      return onRelayRefused(state);
    case "openMailbox":
    case "joinMailbox":
    case "sendToMailbox":
    case "closeMailbox":
      return onMailboxInput(state, input);
    case "dirty":
      return onDirty(state, input);
    case "sealed":
      return onSealed(state, input);
    case "nothingToSeal":
      return onNothingToSeal(state, input);
    case "sealLater":
      return onSealLater(state, input);
    case "followLog":
    case "openVault":
    case "closeVault":
    case "pullVault":
    case "put":
    case "appendRecord":
    case "taken":
    case "wantBodies":
    case "sendPresence":
    case "wantBlobToken":
    case "dropBlob":
      return state.link.kind === "ready"
        ? onReadyInput(state, state.link, input)
        : onLateInput(state, input);
  }
};

const onReadyInput = (state: ClientConnection, link: Ready, input: ReadyInput): ClientStep => {
  switch (input.kind) {
    case "followLog":
      return onFollowLog(state, link, input);
    case "openVault":
      return onOpenVault(state, link, input);
    case "closeVault":
      return onCloseVault(state, link, input);
    case "pullVault":
      return onPullVault(state, link, input);
    case "put":
      return onPut(state, link, input);
    case "appendRecord":
      return onAppendRecord(state, input);
    case "taken":
      return onTaken(state, link, input);
    case "wantBodies":
      return onWantBodies(state, link, input);
    case "sendPresence":
      return onSendPresence(state, link, input);
    case "wantBlobToken":
      return onWantBlobToken(state, link, input);
    case "dropBlob":
      return onDropBlob(state, link, input);
  }
};

/** The engine was told that the connection is over; a question gets its answer all the same. */
const onLateInput = (state: ClientConnection, input: ReadyInput): ClientStep =>
  "request" in input ? stay(state, { kind: "requestLost", request: input.request }) : stay(state);

const onFrameRefused = (
  state: ClientConnection,
  error: Extract<ClientInput, { kind: "frameRefused" }>["error"]["type"],
): ClientStep =>
  isTalking(state) ? misbehaved(state, { type: "FrameUnreadable", error }) : stay(state);

const isTalking = ({ link: { kind } }: ClientConnection): boolean =>
  kind === "greeting" || kind === "signing" || kind === "welcoming" || kind === "ready";

const onFrame = (before: ClientConnection, frame: RelayFrame, byteLength: number): ClientStep => {
  if (!isTalking(before)) return stay(before); // of a socket that was hung up
  const state = withLine(before, { heardAtMs: before.time.timeMs, probedAtMs: undefined });
  switch (frame.type) {
    case "Ping":
      return onPing(state, frame);
    case "Pong":
      return stay(state);
    case "Refusal":
      return onRefusal(state, frame);
    case "Challenge":
      return onChallenge(state, frame);
    case "Welcome":
      return state.link.kind === "welcoming"
        ? onWelcome(state, state.link, frame)
        : misbehaved(state, { type: "OutOfOrder", frame: "Welcome" });
    case "MailboxOpened":
      return onMailboxOpened(state, frame);
    case "MailboxMessage":
      return onMailboxMessage(state, frame);
    case "MailboxClosed":
      return onMailboxClosed(state, frame);
    case "Credit":
    case "LogRecords":
    case "LogNudge":
    case "RecordAppended":
    case "VaultHeads":
    case "Envelopes":
    case "CatchUpDone":
    case "BodyMissing":
    case "Receipt":
    case "Nudge":
    case "Presence":
    case "BlobTokenGranted":
    case "BlobDropped":
      return state.link.kind === "ready"
        ? onReadyFrame(state, state.link, frame, byteLength)
        : misbehaved(state, { type: "OutOfOrder", frame: frame.type });
  }
};

type ReadyFrame = Exclude<
  RelayFrame,
  {
    type:
      | "Ping"
      | "Pong"
      | "Refusal"
      | "Challenge"
      | "Welcome"
      | "MailboxOpened"
      | "MailboxMessage"
      | "MailboxClosed";
  }
>;

const onReadyFrame = (
  state: ClientConnection,
  link: Ready,
  frame: ReadyFrame,
  byteLength: number,
): ClientStep => {
  switch (frame.type) {
    case "Credit":
      return withLink(state, grantSendCredit(link, frame.byteLength));
    case "LogRecords":
      return onLogRecords(state, link, frame);
    case "LogNudge":
      return onLogNudge(state, link, frame);
    case "RecordAppended":
    case "BlobTokenGranted":
    case "BlobDropped":
      return onAnswer(state, frame);
    case "VaultHeads":
      return onVaultHeads(state, link, frame);
    case "Envelopes":
      return onEnvelopes(state, link, frame, byteLength);
    case "CatchUpDone":
      return onCatchUpDone(state, link, frame);
    case "BodyMissing": {
      const { chain, seqs } = frame;
      return onChannel(state, link, frame, (vault) =>
        withLink(state, bodiesMissing(link, frame), { kind: "bodiesMissing", vault, chain, seqs }),
      );
    }
    case "Receipt":
      return onReceipt(state, link, frame);
    case "Nudge":
      return onNudge(state, link, frame);
    case "Presence":
      return onPresence(state, link, frame);
  }
};
