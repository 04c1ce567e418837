/** What a step gives back, and small moves that many steps share. */
import { type RefusalName, refusals } from "../refusals.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import type { RefusalSubject } from "../wire/refusal.ts";
import { refusalFrame, type Refused } from "./refused.ts";
import type { RelayEffect } from "./relayEffect.ts";
import type { Channel, PageReading, Ready, RelayConnection } from "./relayState.ts";
import type { ChannelNumber } from "../ids.ts";

export interface Step {
  readonly state: RelayConnection;
  readonly effects: readonly RelayEffect[];
}

export const stay = (state: RelayConnection, ...effects: readonly RelayEffect[]): Step => ({
  state,
  effects,
});

export const send = (frame: RelayFrame): RelayEffect => ({ kind: "send", frame });

export const sendRefusal = (subject: RefusalSubject, refusal: Refused): RelayEffect =>
  send(refusalFrame(subject, refusal));

/** Says why, then closes: with the refusal's close code, if it has one. */
export const closeFor = (state: RelayConnection, refusal: Refused): Step => ({
  state: { ...state, session: { kind: "closed" } },
  effects: [
    ...leaveAll(state),
    sendRefusal({ kind: "connection" }, refusal),
    { kind: "close", refusal: endsConnection(refusal.name) ? refusal.name : undefined },
  ],
});

export const closeQuietly = (state: RelayConnection): Step => ({
  state: { ...state, session: { kind: "closed" } },
  effects: [...leaveAll(state), { kind: "close", refusal: undefined }],
});

/** Nothing that this connection listened to outlives it. */
const leaveAll = ({ session }: RelayConnection): RelayEffect[] =>
  session.kind === "ready"
    ? [...session.channels].map(([channel, { vault }]) => ({ kind: "closeVault", channel, vault }))
    : [];

/** Refusals that end the connection; others are answered and forgotten. */
export const endsConnection = (name: RefusalName): boolean =>
  refusals[name].closeCode !== undefined;

export const withReady = (
  state: RelayConnection,
  session: Ready,
  ...effects: readonly RelayEffect[]
): Step => ({ state: { ...state, session }, effects });

/** A step in the making: what becomes of the session, and what is to be done. */
export interface Move {
  readonly session: Ready;
  readonly effects: readonly RelayEffect[];
}

export const move = (session: Ready, ...effects: readonly RelayEffect[]): Move => ({
  session,
  effects,
});

/** One move, and the next one from where it led. */
export const andThen = (first: Move, next: (session: Ready) => Move): Move => {
  const { session, effects } = next(first.session);
  return { session, effects: [...first.effects, ...effects] };
};

export const withMove = (state: RelayConnection, { session, effects }: Move): Step =>
  withReady(state, session, ...effects);

export const withChannel = (session: Ready, number: ChannelNumber, channel: Channel): Ready => ({
  ...session,
  channels: new Map(session.channels).set(number, channel),
});

/** What is read for it is thrown away; bodies that the store was asked for are when they come. */
export const withoutChannel = (session: Ready, number: ChannelNumber): Ready => {
  const channels = new Map(session.channels);
  channels.delete(number);
  return {
    ...session,
    channels,
    pageReading: withoutPageOf(session.pageReading, number),
    bodyReadings: session.bodyReadings.filter(
      ({ channel, stage }) => channel !== number || stage.kind === "asked",
    ),
  };
};

/** Whatever comes from the store for this channel was asked for too early. */
export const withoutPageOf = (pageReading: PageReading, number: ChannelNumber): PageReading => {
  if (pageReading.kind === "idle" || pageReading.channel !== number) return pageReading;
  return pageReading.kind === "asked" ? { ...pageReading, channel: undefined } : { kind: "idle" };
};

/** A channel whose vault this client may see: one that is still being opened is none yet. */
export const openChannel = (session: Ready, number: ChannelNumber): Channel | undefined => {
  const channel = session.channels.get(number);
  return channel?.stage.kind === "opening" ? undefined : channel;
};
