/**
 * When this device says how far it has seen everything, and what it then says. A delta names what
 * changed since the last full one, so whoever has that one and the newest delta knows it all.
 */
import { decode, encode, type Malformed, type Result, sizes } from "@duro/crypto/types";
import {
  type Beacon,
  chainIds,
  envelopeIds,
  recordIds,
  userIds,
  type ChainMark,
  type IdentityHead,
  limits,
  type LogHead,
  type RelayGeneration,
  times,
  type Vector,
} from "@duro/protocol";
import { type Field, optional, timeField } from "./fields.ts";

/** What this device last said in a vault, on its present chain. */
export interface BeaconsSaid {
  /** Undefined: never. */
  readonly lastMs: number | undefined;
  /** The vector and the heads of the last full one are what a delta is measured against. */
  readonly lastFull: FullBeacon | undefined;
}

interface FullBeacon {
  readonly saidMs: number;
  readonly vector: Vector;
  readonly identityHeads: readonly IdentityHead[];
}

export const noBeacons: BeaconsSaid = { lastMs: undefined, lastFull: undefined };

export interface BeaconMoment {
  readonly nowMs: number;
  /** Live, and what it would say is all applied. */
  readonly isCaughtUp: boolean;
  /** Somebody works here: something was written on this device since the last one. */
  readonly isActive: boolean;
  /** The vector or a log moved since the last one. */
  readonly hasNews: boolean;
  /** The first chance since the program started. */
  readonly isFirstSinceStart: boolean;
  readonly isShuttingDown: boolean;
}

export type BeaconDue = "none" | "changes" | "full";

/** A clock that went back makes what was said lie ahead: then it is due again. */
const isOver = (sinceMs: number | undefined, intervalMs: number, nowMs: number): boolean =>
  sinceMs === undefined || nowMs < sinceMs || nowMs - sinceMs >= intervalMs;

export const beaconDue = (said: BeaconsSaid, moment: BeaconMoment): BeaconDue => {
  const { nowMs, isCaughtUp, isActive, hasNews, isFirstSinceStart, isShuttingDown } = moment;
  if (!isCaughtUp) return "none";
  if (isOver(said.lastFull?.saidMs, times.fullBeaconIntervalMs, nowMs)) return "full";
  if (isShuttingDown) return hasNews ? "changes" : "none";
  // What others write wakes no sleeping device up: two would answer each other for ever.
  const isWanted = isActive || isFirstSinceStart;
  return isWanted && isOver(said.lastMs, times.beaconIntervalMs, nowMs) ? "changes" : "none";
};

export interface BeaconFacts {
  /** Of everything that is here and verified, our own chain among it. */
  readonly vector: Vector;
  readonly logHead: LogHead;
  /** Of every member, rising by user. */
  readonly identityHeads: readonly IdentityHead[];
  readonly nowMs: number;
  readonly generation: RelayGeneration;
}

/** Without a full one before, what changed is everything: then it is full. */
export const beaconOf = (
  said: BeaconsSaid,
  facts: BeaconFacts,
  due: Exclude<BeaconDue, "none">,
): Beacon => {
  const before = due === "full" ? undefined : said.lastFull;
  const known = new Map(before?.vector.map((mark) => [mark.chain, mark]));
  const heads = new Map(before?.identityHeads.map((head) => [head.user, head]));
  const moved = facts.vector.filter((mark) => !isSameMark(known.get(mark.chain), mark));
  return {
    isFull: before === undefined,
    vector: moved.slice(0, limits.chainsPerVectorMax),
    logHead: facts.logHead,
    identityHeads: facts.identityHeads.filter(({ user, id }) => heads.get(user)?.id !== id),
    nowMs: Math.max(0, Math.round(facts.nowMs)),
    generation: facts.generation,
  };
};

const isSameMark = (before: ChainMark | undefined, { seq, id }: ChainMark): boolean =>
  before !== undefined && before.seq === seq && before.id === id;

/** Once it is sealed: to be kept with it. */
export const beaconSaid = (said: BeaconsSaid, beacon: Beacon): BeaconsSaid => {
  const { isFull, nowMs, vector, identityHeads } = beacon;
  return {
    lastMs: nowMs,
    lastFull: isFull ? { saidMs: nowMs, vector, identityHeads } : said.lastFull,
  };
};

/** Counted up with every change of this form. */
const saidFormat = 1;
const lastField = optional(timeField);
/** One vector of the greatest length and the heads of all members, with room to spare. */
const saidByteLengthMax = 1_048_576;
const markByteLengthMin = chainIds.byteLength + 1 + envelopeIds.byteLength;
const headByteLengthMin = userIds.byteLength + 1 + recordIds.byteLength;

const fullField: Field<FullBeacon> = {
  write: (to, { saidMs, vector, identityHeads }) => {
    timeField.write(to, saidMs);
    to.list(vector, (_, { chain, seq, id }) => {
      chainIds.write(to, chain);
      to.varUint(seq);
      envelopeIds.write(to, id);
    });
    to.list(identityHeads, (_, { user, index, id }) => {
      userIds.write(to, user);
      to.varUint(index);
      recordIds.write(to, id);
    });
  },
  read: (from) => ({
    saidMs: timeField.read(from),
    vector: from.list(limits.chainsPerVectorMax, markByteLengthMin, () => ({
      chain: chainIds.read(from),
      seq: from.varUint(),
      id: envelopeIds.read(from),
    })),
    identityHeads: from.list(sizes.memberCountMax, headByteLengthMin, () => ({
      user: userIds.read(from),
      index: from.varUint(),
      id: recordIds.read(from),
    })),
  }),
};
const lastFullField = optional(fullField);

export const encodeBeaconsSaid = ({ lastMs, lastFull }: BeaconsSaid): Uint8Array =>
  encode((to) => {
    to.u8(saidFormat);
    lastField.write(to, lastMs);
    lastFullField.write(to, lastFull);
  });

export const decodeBeaconsSaid = (bytes: Uint8Array): Result<BeaconsSaid, Malformed> =>
  decode({ what: "beacons said", byteLengthMax: saidByteLengthMax }, bytes, (from) => {
    const format = from.u8();
    if (format !== saidFormat) from.refuse(`format ${saidFormat}`, `${format}`);
    return { lastMs: lastField.read(from), lastFull: lastFullField.read(from) };
  });
