/** What was just stored, to whoever has the vault open and has caught up. */
import type { ChannelNumber } from "../ids.ts";
import { bufferedByteLengthMax } from "../limits.ts";
import type { PreparedRun } from "./relayEffect.ts";
import type { LiveBatch } from "./relayInput.ts";
import type { Channel, Ready, RelayConnection } from "./relayState.ts";
import { andThen, type Move, move, send, stay, type Step, withChannel, withMove } from "./step.ts";
import { maySend, sendFrames } from "./stepFlow.ts";
import { beginPages, readPages } from "./stepPages.ts";

/** To every channel of that vault: sent on, or, where there is no room, a nudge. */
export const onLive = (state: RelayConnection, session: Ready, batch: LiveBatch): Step => {
  let next = move(session);
  for (const [number, channel] of session.channels)
    if (channel.vault === batch.vault)
      next = andThen(next, (before) => {
        // One vault on many channels: what the first of them took is in the socket by now.
        const sentByteLength = session.sendCreditByteLength - before.sendCreditByteLength;
        const isSlow = state.isSlow || sentByteLength > bufferedByteLengthMax;
        return liveOn(before, { ...state, isSlow }, number, channel, batch);
      });
  return next.session === session
    ? stay(state)
    : withMove(
        state,
        andThen(next, (before) => readPages(before, state.isSlow)),
      );
};

const liveOn = (
  session: Ready,
  { isSlow, key }: RelayConnection,
  number: ChannelNumber,
  channel: Channel,
  batch: LiveBatch,
): Move => {
  const { fromPosition, toPosition } = batch;
  if (toPosition <= channel.position) return move(session);
  const newestPosition = Math.max(channel.newestPosition, toPosition);
  const newer: Channel = { ...channel, newestPosition };
  if (channel.stage.kind !== "live") return move(withChannel(session, number, newer));
  const isNext = fromPosition === channel.position + 1;
  const runs = isNext ? runsOfOthers(batch.runs(channel.wantsBodies), key) : undefined;
  if (runs?.length === 0)
    return move(withChannel(session, number, { ...newer, position: toPosition }));
  if (!maySend(session, isSlow))
    return move(
      withChannel(session, number, { ...newer, stage: { kind: "behind" } }),
      send({ type: "Nudge", channel: number, position: toPosition }),
    );
  // Part of it was in the last page, or something lies between: the store tells the rest in order.
  if (runs === undefined) return move(beginPages(session, number, newer, []));
  return sendFrames(
    withChannel(session, number, { ...newer, position: toPosition }),
    isSlow,
    { channel: number, position: toPosition },
    [runs],
  );
};

/** The same list where nothing is left out, so that a frame made once serves everybody. */
const runsOfOthers = (runs: readonly PreparedRun[], key: symbol): readonly PreparedRun[] =>
  runs.some(({ origin }) => origin === key) ? runs.filter(({ origin }) => origin !== key) : runs;
