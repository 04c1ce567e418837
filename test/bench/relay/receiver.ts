/** A reader of one vault that reads no more of a frame than how far it brings it, and grants credit. */
import { assert } from "@duro/crypto/types";
import { channelNumbers, limits, type VaultId, type Vector } from "@duro/protocol";
import { RelayTag } from "../../../packages/protocol/src/wire/tags.ts";
import { decoded, type Session } from "./session.ts";

export interface Receiver {
  /** The vault's position up to which everything came. */
  readonly position: number;
  readonly nudgeCount: number;
  readonly byteLength: number;
}

interface ReceiverOptions {
  readonly vault: VaultId;
  readonly channel?: number;
  /** What it has already. */
  readonly vector?: Vector;
  /** Grants this at once, and more only as it goes. */
  readonly creditByteLength?: number;
  readonly onMore?: (fromPosition: number, toPosition: number) => void;
}

/** As `bytes.varUint` reads it; the second number of a frame behind its tag, after a channel. */
const positionIn = (bytes: Buffer): number => {
  let at = 1;
  while ((bytes[at] ?? 0) >= 128) at += 1;
  at += 1;
  let value = 0;
  let factor = 1;
  for (; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * factor;
    factor *= 128;
    if (byte < 128) return value;
  }
};

/** Opened and caught up. */
export const openReceiver = async (
  session: Session,
  options: ReceiverOptions,
): Promise<Receiver> => {
  const { vault, vector = [], onMore } = options;
  const channel = channelNumbers.parse(options.channel ?? 1);
  assert(channel.ok, "a channel's number");
  const byteLength = options.creditByteLength ?? limits.creditWindowByteLength;
  session.send({ type: "Credit", byteLength });
  session.send({
    type: "OpenVault",
    channel: channel.value,
    vault,
    logHead: undefined,
    vector,
    wantsBodies: true,
    wantsPresence: false,
  });
  const receiver = { position: 0, nudgeCount: 0, byteLength: 0 };
  let owedByteLength = 0;
  const onEnvelopes = (bytes: Buffer): void => {
    const from = receiver.position;
    receiver.position = positionIn(bytes);
    receiver.byteLength += bytes.length;
    owedByteLength += bytes.length;
    onMore?.(from, receiver.position);
    if (owedByteLength < limits.creditWindowByteLength / 2) return;
    session.send({ type: "Credit", byteLength: owedByteLength });
    owedByteLength = 0;
  };
  await new Promise<void>((resolve) => {
    session.listen((bytes) => {
      if (bytes[0] === RelayTag.Envelopes) return onEnvelopes(bytes);
      if (bytes[0] === RelayTag.Nudge) receiver.nudgeCount += 1;
      else if (decoded(bytes).type === "CatchUpDone") resolve();
      return undefined;
    });
  });
  return receiver;
};
