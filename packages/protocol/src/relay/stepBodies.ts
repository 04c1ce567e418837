/** Bodies that are asked for by chain and seq: one want at a time, as credit and room allow. */
import { vaultPositions } from "../ids.ts";
import type { BodyWant } from "../wire/envelopes.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";
import type { BodyReading, Ready, RelayConnection } from "./relayState.ts";
import {
  andThen,
  type Move,
  move,
  openChannel,
  send,
  sendRefusal,
  stay,
  type Step,
  withMove,
} from "./step.ts";
import { maySend, sendFrames } from "./stepFlow.ts";

/** A screen full of old entries asks for fewer; more of them wait at the client. */
const bodyReadingCountMax = 64;

export const onBodyWant = (state: RelayConnection, session: Ready, frame: BodyWant): Step => {
  const { channel, chain, seqs } = frame;
  const vault = openChannel(session, channel)?.vault;
  if (vault === undefined)
    return stay(
      state,
      sendRefusal({ kind: "channel", channel }, refused("VaultUnknown", { chain })),
    );
  if (session.bodyReadings.length >= bodyReadingCountMax)
    return stay(
      state,
      sendRefusal(
        { kind: "channel", channel },
        refused("RateLimited", { chain, retryAfterMs: 1_000 }),
      ),
    );
  const reading: BodyReading = { channel, vault, chain, seqs, stage: { kind: "waiting" } };
  const next = { ...session, bodyReadings: [...session.bodyReadings, reading] };
  return withMove(state, readBodies(next, state.isSlow));
};

export const onBodies = (
  session: Ready,
  isSlow: boolean,
  { channel, chain, frames, missing, unread }: Extract<RelayInput, { kind: "bodies" }>,
): Move => {
  const [first, ...others] = session.bodyReadings;
  const isExpected =
    first?.stage.kind === "asked" && first.channel === channel && first.chain === chain;
  if (first === undefined || !isExpected) return move(session);
  const here: BodyReading[] = session.channels.has(channel)
    ? [
        { ...first, stage: { kind: "sending", frames, missing } },
        ...(unread.length === 0
          ? []
          : [{ ...first, seqs: unread, stage: { kind: "waiting" as const } }]),
      ]
    : []; // closed by now
  return readBodies({ ...session, bodyReadings: [...here, ...others] }, isSlow);
};

/** Whoever still has them puts them again, and needs one word for a vault. */
export const onBodiesMissing = (
  state: RelayConnection,
  session: Ready,
  { vault, chain, seqs }: Extract<RelayInput, { kind: "bodiesMissing" }>,
): Step => {
  const known = [...session.channels].find(
    ([, channel]) => channel.vault === vault && channel.stage.kind !== "opening",
  );
  return state.isSlow || known === undefined
    ? stay(state)
    : stay(state, send({ type: "BodyMissing", channel: known[0], chain, seqs }));
};

/** Asks for the bodies that were wanted first, or sends on what came of them. */
export const readBodies = (session: Ready, isSlow: boolean): Move => {
  const [first, ...others] = session.bodyReadings;
  if (first === undefined) return move(session);
  const { channel, vault, chain, seqs, stage } = first;
  switch (stage.kind) {
    case "asked":
      return move(session);
    case "waiting":
      return maySend(session, isSlow)
        ? move(
            { ...session, bodyReadings: [{ ...first, stage: { kind: "asked" } }, ...others] },
            { kind: "readBodies", channel, vault, chain, seqs },
          )
        : move(session);
    case "sending": {
      const position = vaultPositions.fromNumber(session.channels.get(channel)?.position ?? 0);
      const sent = sendFrames(session, isSlow, { channel, position }, stage.frames);
      if (sent.unsent.length > 0) {
        const rest: BodyReading = { ...first, stage: { ...stage, frames: sent.unsent } };
        return move({ ...sent.session, bodyReadings: [rest, ...others] }, ...sent.effects);
      }
      const { missing } = stage;
      const done = move(
        { ...sent.session, bodyReadings: others },
        ...sent.effects,
        ...(missing.length === 0
          ? []
          : [send({ type: "BodyMissing", channel, chain, seqs: missing })]),
      );
      return andThen(done, (next) => readBodies(next, isSlow));
    }
  }
};
