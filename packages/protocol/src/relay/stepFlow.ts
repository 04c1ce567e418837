/** Credit, in both directions: docs/protocol.md, FLOW1. */
import { creditWindowByteLength } from "../limits.ts";
import type { ChannelNumber, VaultPosition } from "../ids.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { envelopesFrameByteLength } from "../wire/envelopesFrame.ts";
import type { RelayEffect } from "./relayEffect.ts";
import type { PreparedFrames, Ready } from "./relayState.ts";
import { type Move, move, send } from "./step.ts";

/** Frames that keep a connection alive or bounded use no credit, or nobody could grant any. */
export const isFree = ({ type }: ClientFrame): boolean =>
  type === "Ping" || type === "Pong" || type === "Credit" || type === "Bye";

/** A frame may begin while any credit is left, so that the largest always passes. */
export const receive = (
  session: Ready,
  frame: ClientFrame,
  byteLength: number,
): Ready | "exceeded" => {
  if (isFree(frame)) return session;
  if (session.receiveCreditByteLength <= 0) return "exceeded";
  return { ...session, receiveCreditByteLength: session.receiveCreditByteLength - byteLength };
};

/** Half of the window at a time: a Credit frame for each frame would cost as much as the frame. */
const creditBackByteLength = creditWindowByteLength / 2;

/** What was dealt with goes back to the client as credit. */
export const settle = (session: Ready, byteLength: number): Move => {
  const owed = session.owedCreditByteLength + byteLength;
  if (owed < creditBackByteLength) return move({ ...session, owedCreditByteLength: owed });
  return move(
    {
      ...session,
      owedCreditByteLength: 0,
      receiveCreditByteLength: session.receiveCreditByteLength + owed,
    },
    send({ type: "Credit", byteLength: owed }),
  );
};

/** However much a client grants: what the socket holds is bounded by itself. */
export const grantSendCredit = (session: Ready, byteLength: number): Ready => ({
  ...session,
  sendCreditByteLength: Math.min(
    Number.MAX_SAFE_INTEGER,
    session.sendCreditByteLength + byteLength,
  ),
});

export const maySend = (session: Ready, isSlow: boolean): boolean =>
  session.sendCreditByteLength > 0 && !isSlow;

export interface SentFrames extends Move {
  /** What there was no credit or no room for. */
  readonly unsent: PreparedFrames;
}

/** Frame by frame: each begins only while credit is left, and takes what it is long. */
export const sendFrames = (
  session: Ready,
  isSlow: boolean,
  { channel, position }: { readonly channel: ChannelNumber; readonly position: VaultPosition },
  frames: PreparedFrames,
): SentFrames => {
  let { sendCreditByteLength } = session;
  const effects: RelayEffect[] = [];
  for (const runs of frames) {
    if (isSlow || sendCreditByteLength <= 0) break;
    sendCreditByteLength -= envelopesFrameByteLength(channel, position, runs);
    effects.push({ kind: "sendRuns", channel, position, runs });
  }
  return {
    session: { ...session, sendCreditByteLength },
    effects,
    unsent: frames.slice(effects.length),
  };
};
