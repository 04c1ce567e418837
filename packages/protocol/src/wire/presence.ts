/** Sealed presence, passed on to those who are there and never stored. The same in both directions. */
import { type Reader, type Writer, sizes } from "@duro/crypto/types";
import { type ChannelNumber, channelNumbers } from "../ids.ts";

export interface Presence {
  readonly type: "Presence";
  readonly channel: ChannelNumber;
  readonly sealed: Uint8Array;
}

export const writePresence = (to: Writer, frame: Presence): void => {
  channelNumbers.write(to, frame.channel);
  to.varBytes(frame.sealed);
};

export const readPresence = (from: Reader): Presence => ({
  type: "Presence",
  channel: channelNumbers.read(from),
  sealed: from.varBytes(sizes.sealedPresenceByteLengthMax),
});
