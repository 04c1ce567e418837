/**
 * Catching up: what the store holds, page by page. One page is asked for at a time, and channels take
 * turns, so that a long one holds up nobody.
 */
import type { ChannelNumber } from "../ids.ts";
import type { Vector } from "../wire/heads.ts";
import type { RelayInput } from "./relayInput.ts";
import type { Channel, PageReading, Ready } from "./relayState.ts";
import { andThen, type Move, move, send, withChannel, withoutPageOf } from "./step.ts";
import { maySend, sendFrames } from "./stepFlow.ts";

/** From `channel.position` on; what was asked for earlier is thrown away when it comes. */
export const beginPages = (
  session: Ready,
  number: ChannelNumber,
  channel: Channel,
  vector: Vector,
): Ready => ({
  ...withChannel(session, number, { ...channel, stage: { kind: "catchingUp", vector } }),
  pageReading: withoutPageOf(session.pageReading, number),
});

export const onPage = (
  session: Ready,
  isSlow: boolean,
  input: Extract<RelayInput, { kind: "page" }>,
): Move => {
  const asked = session.pageReading;
  if (asked.kind !== "asked" || asked.reading !== input.reading) return move(session);
  const { channel } = asked;
  const { frames, toPosition, isEnd } = input;
  const pageReading: PageReading =
    channel === undefined
      ? { kind: "idle" }
      : { kind: "sending", channel, frames, toPosition, isEnd };
  return readPages({ ...session, pageReading }, isSlow);
};

/** The page that is here goes out, or the next one is asked for, as far as there is room. */
export const readPages = (session: Ready, isSlow: boolean): Move => {
  const { pageReading } = session;
  switch (pageReading.kind) {
    case "idle":
      return askForPage(session, isSlow);
    case "asked":
      return move(session);
    case "sending":
      return sendPage(session, isSlow, pageReading);
  }
};

const askForPage = (session: Ready, isSlow: boolean): Move => {
  if (!maySend(session, isSlow)) return move(session);
  for (const [number, { vault, wantsBodies, position, stage }] of session.channels)
    if (stage.kind === "catchingUp") {
      const reading = session.readingCount + 1;
      return move(
        {
          ...session,
          readingCount: reading,
          pageReading: { kind: "asked", reading, channel: number },
        },
        {
          kind: "readPage",
          channel: number,
          reading,
          vault,
          vector: stage.vector,
          afterPosition: position,
          wantsBodies,
          byteLengthMax: session.sendCreditByteLength,
        },
      );
    }
  return move(session);
};

type SendingPage = Extract<PageReading, { kind: "sending" }>;

const sendPage = (session: Ready, isSlow: boolean, page: SendingPage): Move => {
  const place = { channel: page.channel, position: page.toPosition };
  const sent = sendFrames(session, isSlow, place, page.frames);
  if (sent.unsent.length > 0)
    return move(
      { ...sent.session, pageReading: { ...page, frames: sent.unsent } },
      ...sent.effects,
    );
  const done = andThen(sent, (next) => pageSent({ ...next, pageReading: { kind: "idle" } }, page));
  return andThen(done, (next) => askForPage(next, isSlow));
};

const pageSent = (session: Ready, { channel: number, toPosition, isEnd }: SendingPage): Move => {
  const found = session.channels.get(number);
  if (found === undefined) return move(session); // a closed channel takes its page along
  const channel = { ...found, position: toPosition };
  // What was stored while the page was read came live, and was passed over.
  if (isEnd && found.newestPosition <= toPosition)
    return move(
      withChannel(session, number, { ...channel, stage: { kind: "live" } }),
      send({ type: "CatchUpDone", channel: number, position: toPosition }),
    );
  return move(behindOthers(session, number, channel));
};

const behindOthers = (session: Ready, number: ChannelNumber, channel: Channel): Ready => {
  const channels = new Map(session.channels);
  channels.delete(number);
  return { ...session, channels: channels.set(number, channel) };
};
