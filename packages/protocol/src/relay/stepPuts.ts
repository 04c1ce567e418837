/** Envelopes, records and presence that a client brings, and what became of them. */
import { DeviceScope } from "@duro/crypto/types";
import { bufferedByteLengthMax, putsInFlightMax } from "../limits.ts";
import type { Put } from "../wire/envelopes.ts";
import type { AppendRecord } from "../wire/log.ts";
import type { Presence } from "../wire/presence.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";
import type { Ready, RelayConnection } from "./relayState.ts";
import { closeFor, openChannel, send, stay, type Step, withMove, withReady } from "./step.ts";
import { settle } from "./stepFlow.ts";
import { refuse } from "./stepRefusal.ts";

export const onPut = (
  state: RelayConnection,
  session: Ready,
  frame: Put,
  byteLength: number,
  nowMs: number,
): Step => {
  const { channel, run } = frame;
  const vault = openChannel(session, channel)?.vault;
  const facts = { chain: run.chain, seq: run.firstSeq };
  const subject = { kind: "channel", channel } as const;
  if (vault === undefined)
    return refuse(stay(state), subject, refused("VaultUnknown", facts), nowMs);
  if (session.scope === DeviceScope.Viewer)
    return refuse(stay(state), subject, refused("RoleForbids", facts), nowMs);
  if (session.putsInFlightCount >= putsInFlightMax)
    return closeFor(state, refused("CreditExceeded", { limit: putsInFlightMax }));
  return withReady(
    state,
    { ...session, putsInFlightCount: session.putsInFlightCount + 1 },
    { kind: "putRun", channel, vault, run, byteLength },
  );
};

/** Receipts go out although the channel may be closed by now: they are evidence. */
export const onPutsDone = (
  state: RelayConnection,
  session: Ready,
  input: Extract<RelayInput, { kind: "putsDone" }>,
  nowMs: number,
): Step => {
  const { channel, putCount, byteLength, receipts, refused: refusal } = input;
  const putsInFlightCount = Math.max(0, session.putsInFlightCount - putCount);
  const settled = settle({ ...session, putsInFlightCount }, byteLength);
  const signed = receipts.map((part) => send({ type: "Receipt", channel, ...part }));
  const done = withReady(state, settled.session, ...signed, ...settled.effects);
  return refusal === undefined ? done : refuse(done, { kind: "channel", channel }, refusal, nowMs);
};

export const onAppendRecord = (
  state: RelayConnection,
  { request, record }: AppendRecord,
  byteLength: number,
): Step => stay(state, { kind: "appendRecord", request, record, byteLength });

export const onRecordAppended = (
  state: RelayConnection,
  session: Ready,
  { request, index, id, byteLength }: Extract<RelayInput, { kind: "recordAppended" }>,
): Step => {
  const settled = settle(session, byteLength);
  const appended = send({ type: "RecordAppended", request, index, id });
  return withReady(state, settled.session, appended, ...settled.effects);
};

export const onRecordRefused = (
  state: RelayConnection,
  session: Ready,
  { request, refused: refusal, byteLength }: Extract<RelayInput, { kind: "recordRefused" }>,
  nowMs: number,
): Step =>
  refuse(
    withMove(state, settle(session, byteLength)),
    { kind: "request", request },
    refusal,
    nowMs,
  );

/** Nobody answers for presence: without a channel it goes nowhere. */
export const onPresenceFrame = (
  state: RelayConnection,
  session: Ready,
  { channel, sealed }: Presence,
): Step => {
  const vault = openChannel(session, channel)?.vault;
  return vault === undefined ? stay(state) : stay(state, { kind: "passPresence", vault, sealed });
};

export const onPresence = (
  state: RelayConnection,
  session: Ready,
  { vault, sealed }: Extract<RelayInput, { kind: "presence" }>,
): Step => {
  if (state.isSlow) return stay(state);
  const listening = [...session.channels].filter(
    ([, channel]) =>
      channel.vault === vault && channel.wantsPresence && channel.stage.kind !== "opening",
  );
  // One vault on many channels: the rest would meet a socket that is full.
  const countMax = Math.max(1, Math.floor(bufferedByteLengthMax / Math.max(1, sealed.length)));
  return stay(
    state,
    ...listening.slice(0, countMax).map(([channel]) => send({ type: "Presence", channel, sealed })),
  );
};
