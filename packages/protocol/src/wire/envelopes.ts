/** Frames that carry envelopes, and ask for the bodies of some. */
import {
  type ChainId,
  chainIds,
  type Reader,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
} from "@duro/crypto/types";
import { type ChannelNumber, channelNumbers, type VaultPosition, vaultPositions } from "../ids.ts";
import { envelopesPerFrameMax, seqsPerWantMax } from "../limits.ts";
import { readRun, type Run, runByteLengthMin, writeRun } from "./run.ts";
import { readCounting } from "./shapes.ts";

/** Answered by a Receipt. Any member's device may carry any chain. */
export interface Put {
  readonly type: "Put";
  readonly channel: ChannelNumber;
  readonly run: Run;
}

export const writePut = (to: Writer, frame: Put): void => {
  channelNumbers.write(to, frame.channel);
  writeRun(to, frame.run);
};

export const readPut = (from: Reader): Put => ({
  type: "Put",
  channel: channelNumbers.read(from),
  run: readRun(from),
});

/** What the client lacks, live or catching up. */
export interface Envelopes {
  readonly type: "Envelopes";
  readonly channel: ChannelNumber;
  /** Of the newest envelope sent so far on this channel. */
  readonly position: VaultPosition;
  readonly runs: readonly Run[];
}

export const writeEnvelopes = (to: Writer, frame: Envelopes): void => {
  channelNumbers.write(to, frame.channel);
  vaultPositions.write(to, frame.position);
  to.list(frame.runs, writeRun);
};

export const readEnvelopes = (from: Reader): Envelopes => {
  const channel = channelNumbers.read(from);
  const position = vaultPositions.read(from);
  const runs = from.list(envelopesPerFrameMax, runByteLengthMin, readRun);
  const count = runs.reduce((sum, run) => sum + run.envelopes.length, 0);
  if (count > envelopesPerFrameMax)
    from.refuse(`at most ${envelopesPerFrameMax} envelopes`, `${count}`);
  return { type: "Envelopes", channel, position, runs };
};

interface Places {
  readonly channel: ChannelNumber;
  readonly chain: ChainId;
  /** Rising. */
  readonly seqs: readonly number[];
}

const seqLimits: RisingLimits<number> = {
  countMax: seqsPerWantMax,
  itemByteLengthMin: 1,
  keyOf: (seq) => seq,
};

const writePlaces = (to: Writer, { channel, chain, seqs }: Places): void => {
  channelNumbers.write(to, channel);
  chainIds.write(to, chain);
  writeRising(to, seqLimits, seqs, (_, seq) => to.varUint(seq));
};

const readPlaces = (from: Reader): Places => ({
  channel: channelNumbers.read(from),
  chain: chainIds.read(from),
  seqs: readRising(from, seqLimits, () => readCounting(from, "seq")),
});

/** Answered by Envelopes for what is there and BodyMissing for what is not. */
export interface BodyWant extends Places {
  readonly type: "BodyWant";
}

export const writeBodyWant = (to: Writer, frame: BodyWant): void => writePlaces(to, frame);
export const readBodyWant = (from: Reader): BodyWant => ({ type: "BodyWant", ...readPlaces(from) });

/** Bodies asked for that were dropped or are in the trash. */
export interface BodyMissing extends Places {
  readonly type: "BodyMissing";
}

export const writeBodyMissing = (to: Writer, frame: BodyMissing): void => writePlaces(to, frame);
export const readBodyMissing = (from: Reader): BodyMissing => ({
  type: "BodyMissing",
  ...readPlaces(from),
});
