/**
 * What some worlds have beside the rest: machines that pair, phones that only read, bursts of small edits,
 * a last scene. Drawn and done from streams of their own, so that a world without stays as it was.
 */
import type { Rng } from "./rng.ts";

/** How likely each is after a thing that happens. */
export interface ExtraWeights {
  readonly pair: number;
  readonly pairViewer: number;
  readonly giveUpViewer: number;
  readonly typeOnViewer: number;
  readonly burst: number;
}

export type ExtraName = keyof ExtraWeights;

export const lastScenes = ["fork of a vault's log", "fork of an identity log", "viewer"] as const;
export type LastScene = (typeof lastScenes)[number];

export interface Extras {
  readonly weights: ExtraWeights;
  /** How often somebody between two machines does something to a pairing. */
  readonly meddleProbability: number;
  /** How often a person in front of them errs: another code, another number. */
  readonly mistakeProbability: number;
  /** How often one of the two crashes, for each thing that is said. */
  readonly crashInPairingProbability: number;
  /** How often a machine crashes as it merges what it wrote. */
  readonly crashInMergeProbability: number;
  readonly lastScene: LastScene | undefined;
}

const noWeights: ExtraWeights = {
  pair: 0,
  pairViewer: 0,
  giveUpViewer: 0,
  typeOnViewer: 0,
  burst: 0,
};

export const noExtras: Extras = {
  weights: noWeights,
  meddleProbability: 0,
  mistakeProbability: 0,
  crashInPairingProbability: 0,
  crashInMergeProbability: 0,
  lastScene: undefined,
};

const pairingProbability = 0.35;
const burstProbability = 0.2;
const sceneProbability = 0.35;

export const drawExtras = (rng: Rng, isCalm: boolean): Extras => {
  const pairs = rng.chance(pairingProbability);
  const bursts = rng.chance(burstProbability);
  return {
    weights: {
      ...noWeights,
      ...(pairs
        ? { pair: rng.pick([0, 0.02]), pairViewer: 0.03, giveUpViewer: 0.06, typeOnViewer: 0.06 }
        : {}),
      burst: bursts ? 0.02 : 0,
    },
    meddleProbability: isCalm ? 0 : rng.pick([0.4, 0.9]),
    mistakeProbability: isCalm ? 0 : rng.pick([0, 0.3]),
    crashInPairingProbability: isCalm ? 0 : rng.pick([0, 0.03, 0.08]),
    crashInMergeProbability: isCalm ? 0 : rng.pick([0.3, 1]),
    lastScene: rng.chance(sceneProbability) ? rng.pick(lastScenes) : undefined,
  };
};
