/**
 * What one seed's world is like: how many there are, how fast, and what goes wrong how often. Each seed
 * draws its own, so that some worlds are calm in one way and wild in another; a tenth of them are calm.
 */
import { drawExtras, type Extras, noExtras } from "./extras.ts";
import type { Rng } from "./rng.ts";

/** How likely the next thing that happens is of each kind, beside the others. */
export interface Weights {
  readonly edit: number;
  readonly machineCrash: number;
  readonly machineStop: number;
  readonly machineStart: number;
  readonly lineBreak: number;
  readonly lineHalfBreak: number;
  readonly lineStall: number;
  readonly lineResume: number;
  readonly relayCrash: number;
  readonly relayStop: number;
  readonly relayStart: number;
  readonly diskFull: number;
  readonly diskFreed: number;
  readonly clockStep: number;
  readonly longPause: number;
  readonly relayBackup: number;
  readonly relayRollback: number;
  readonly machineBackup: number;
  readonly machineRestore: number;
  readonly machineClone: number;
  readonly rotate: number;
  readonly removeMember: number;
  readonly addMember: number;
  readonly revokeDevice: number;
  readonly compact: number;
  readonly tidy: number;
  readonly addDevice: number;
}

export interface Profile {
  readonly deviceCounts: readonly number[];
  readonly documentCount: number;
  readonly nodeCount: number;
  readonly isCalm: boolean;
  readonly weights: Weights;
  /** Between one thing and the next. */
  readonly pauseMs: number;
  readonly latencyMs: number;
  readonly commitMs: number;
  readonly slowReadProbability: number;
  readonly relayStoreMs: number;
  readonly relayFailProbability: number;
  readonly newsLossProbability: number;
  /** How often a machine's line is slow, and how slow it then is. */
  readonly slowLineProbability: number;
  readonly slowBytesPerMs: number;
  readonly skewMsMax: number;
  /** Characters of text in one edit, at the most. */
  readonly textLengthMax: number;
  readonly silentProbability: number;
  /** How often a machine crashes in the middle of a commit, and a node in the middle of an append. */
  readonly crashInCommitProbability: number;
  readonly crashInAppendProbability: number;
  /** How often a frame that brings something is changed on its way. */
  readonly tamperProbability: number;
  /** How many envelopes may come until the next checkpoint; undefined: too many for a run. */
  readonly envelopesPerCheckpoint: number | undefined;
  /** Whether people have their 24 words on a sheet. */
  readonly hasPaper: boolean;
  /** How often a request breaks off on its way there, or back. */
  readonly httpLossProbability: number;
  /** How often a machine crashes among the work on its checkpoints, and among a request. */
  readonly crashInCompactProbability: number;
  readonly crashInRequestProbability: number;
  readonly extras: Extras;
}

const calmProbability = 0.1;
const dayMs = 86_400_000;

/** Mostly nothing, sometimes a little, seldom much. */
const rate = (rng: Rng, most: number): number => {
  const level = rng.below(4);
  return level < 2 ? 0 : level === 2 ? most / 4 : most;
};

const calm: Weights = {
  edit: 1,
  machineCrash: 0,
  machineStop: 0,
  machineStart: 0,
  lineBreak: 0,
  lineHalfBreak: 0,
  lineStall: 0,
  lineResume: 0,
  relayCrash: 0,
  relayStop: 0,
  relayStart: 0,
  diskFull: 0,
  diskFreed: 0,
  clockStep: 0,
  longPause: 0.01,
  relayBackup: 0,
  relayRollback: 0,
  machineBackup: 0,
  machineRestore: 0,
  machineClone: 0,
  rotate: 0,
  removeMember: 0,
  addMember: 0,
  revokeDevice: 0,
  compact: 0,
  tidy: 0,
  addDevice: 0,
};

const drawWeights = (rng: Rng): Weights => ({
  edit: 1,
  machineCrash: rate(rng, 0.15),
  machineStop: rate(rng, 0.1),
  machineStart: 0.3,
  lineBreak: rate(rng, 0.15),
  lineHalfBreak: rate(rng, 0.1),
  lineStall: rate(rng, 0.1),
  lineResume: 0.25,
  relayCrash: rate(rng, 0.08),
  relayStop: rate(rng, 0.05),
  relayStart: 0.3,
  diskFull: rate(rng, 0.05),
  diskFreed: 0.15,
  clockStep: rate(rng, 0.05),
  longPause: rate(rng, 0.02),
  relayBackup: 0.05,
  relayRollback: rate(rng, 0.02),
  machineBackup: 0.05,
  machineRestore: rate(rng, 0.03),
  machineClone: rate(rng, 0.01),
  rotate: rate(rng, 0.03),
  removeMember: rate(rng, 0.02),
  addMember: 0.03,
  revokeDevice: rate(rng, 0.01),
  compact: 0,
  tidy: 0,
  addDevice: 0,
});

const drawDeviceCounts = (rng: Rng): readonly number[] => {
  const personCount = rng.pick([1, 1, 2, 3]);
  return Array.from({ length: personCount }, () =>
    personCount === 1 ? rng.between(2, 4) : rng.between(1, 2),
  );
};

/** Half of the worlds have no checkpoints, as most vaults have none for a long time. */
const checkpointProbability = 0.5;

type Checkpointing = Pick<
  Profile,
  | "weights"
  | "envelopesPerCheckpoint"
  | "hasPaper"
  | "httpLossProbability"
  | "crashInCompactProbability"
  | "crashInRequestProbability"
>;

const noCheckpoints: Omit<Checkpointing, "weights"> = {
  envelopesPerCheckpoint: undefined,
  hasPaper: false,
  httpLossProbability: 0,
  crashInCompactProbability: 0,
  crashInRequestProbability: 0,
};

/** Of its own draws, so that worlds without stay as they were. */
const drawCheckpointing = (rng: Rng, isCalm: boolean, weights: Weights): Checkpointing => {
  if (!rng.chance(checkpointProbability)) return { ...noCheckpoints, weights };
  return {
    weights: {
      ...weights,
      compact: rng.pick([0.05, 0.2, 0.5]),
      tidy: rng.pick([0.02, 0.1]),
      addDevice: rng.pick([0, 0.01, 0.03]),
    },
    envelopesPerCheckpoint: rng.pick([4, 10, 25]),
    httpLossProbability: isCalm ? 0 : rng.pick([0, 0.05, 0.3]),
    crashInCompactProbability: isCalm ? 0 : rng.pick([0, 0.1, 0.3]),
    crashInRequestProbability: isCalm ? 0 : rng.pick([0, 0.05]),
    hasPaper: rng.chance(0.5),
  };
};

export const drawProfile = (rng: Rng): Profile => {
  const profile = drawRest(rng);
  const { isCalm, weights } = profile;
  return {
    ...profile,
    ...drawCheckpointing(rng.fork("checkpoints"), isCalm, weights),
    extras: drawExtras(rng.fork("extras"), isCalm),
  };
};

/** As a seed was before there was pairing in it, and what came with that. */
export const withoutExtras = (profile: Profile): Profile => ({ ...profile, extras: noExtras });

/** As a seed was before there were checkpoints in it. */
export const withoutCheckpoints = (profile: Profile): Profile => ({
  ...withoutExtras(profile),
  ...noCheckpoints,
  weights: { ...profile.weights, compact: 0, tidy: 0, addDevice: 0 },
});

const drawRest = (rng: Rng): Profile => {
  const isCalm = rng.chance(calmProbability);
  return {
    deviceCounts: drawDeviceCounts(rng),
    documentCount: rng.between(1, 4),
    nodeCount: rng.pick([1, 1, 2]),
    isCalm,
    weights: isCalm ? calm : drawWeights(rng),
    pauseMs: rng.pick([50, 500, 2_000, 8_000]),
    latencyMs: rng.pick([1, 20, 100, 1_000]),
    commitMs: rng.pick([0.1, 2, 30]),
    slowReadProbability: rng.pick([0, 0, 0.1]),
    relayStoreMs: rng.pick([0.1, 2, 20]),
    relayFailProbability: isCalm ? 0 : rng.pick([0, 0, 0.002, 0.02]),
    newsLossProbability: isCalm ? 0 : rng.pick([0, 0.3, 1]),
    slowLineProbability: rng.pick([0, 0.3]),
    slowBytesPerMs: rng.pick([0.2, 2, 20]),
    skewMsMax: rng.pick([0, 3_600_000, 30 * dayMs]),
    textLengthMax: rng.pick([10, 200, 200, 4_000, 40_000]),
    silentProbability: rng.pick([0, 0.5]),
    crashInCommitProbability: isCalm ? 0 : rng.pick([0, 0, 0.01, 0.05]),
    crashInAppendProbability: isCalm ? 0 : rng.pick([0, 0, 0.01, 0.05]),
    tamperProbability: isCalm ? 0 : rng.pick([0, 0, 0, 0.02]),
    ...noCheckpoints,
    extras: noExtras,
  };
};

/** For a client that knows nothing of what was put back, of itself being there twice, of logs that grow. */
export const simpleProfile = (profile: Profile): Profile => ({
  ...withoutCheckpoints(profile),
  tamperProbability: 0,
  weights: {
    ...withoutCheckpoints(profile).weights,
    relayRollback: 0,
    machineRestore: 0,
    machineClone: 0,
    rotate: 0,
    removeMember: 0,
    revokeDevice: 0,
  },
});
