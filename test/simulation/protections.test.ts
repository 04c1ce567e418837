/**
 * Worlds in which one thing goes wrong again and again, so that few of them meet what it is protected by:
 * `npm run mutants` takes those protections away, and wants these worlds to notice.
 */
import { describe, expect, test } from "vitest";
import { startEngineProgram } from "./engineProgram.ts";
import { type Extras, noExtras } from "./extras.ts";
import { type Profile, withoutCheckpoints } from "./profile.ts";
import type { Program, ProgramDeps, StartProgram } from "./program.ts";
import { type RunReport, runSeed } from "./runSeed.ts";

interface Change extends Omit<Partial<Extras>, "weights"> {
  readonly weights?: Partial<Extras["weights"]>;
  /** Of the profile. */
  readonly pace?: Partial<Pick<Profile, "commitMs" | "pauseMs">>;
}

interface Worlds {
  readonly firstSeed?: number;
  readonly seedCount?: number;
  readonly stepCount?: number;
  readonly startProgram?: StartProgram;
}

const runWith = (
  { weights, pace, ...rest }: Change,
  seed: number,
  { stepCount = 40, startProgram = startEngineProgram }: Worlds = {},
): Promise<RunReport> =>
  runSeed({
    seed,
    stepCount,
    startProgram,
    change: (profile) => ({
      ...withoutCheckpoints(profile),
      ...pace,
      extras: { ...noExtras, ...rest, weights: { ...noExtras.weights, ...weights } },
    }),
  });

/** Of the first world that breaks a promise, with what led there. */
const faultsOf = async (change: Change, worlds: Worlds = {}): Promise<string> => {
  const { firstSeed = 1, seedCount = 4 } = worlds;
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const { faults, lines } = await runWith(change, seed, worlds);
    if (faults.length > 0) return [`seed ${seed}`, ...lines.slice(-60), ...faults].join("\n");
  }
  return "";
};

/** Much of everything. */
const busy: Change = {
  weights: { pair: 0.1, pairViewer: 0.1, giveUpViewer: 0.05, typeOnViewer: 0.1, burst: 0.02 },
  meddleProbability: 0.3,
  mistakeProbability: 0.2,
  crashInPairingProbability: 0.1,
  crashInMergeProbability: 1,
};

test("nobody is let in by a person's mistake", async () => {
  const change = { weights: { pair: 0.1, pairViewer: 0.1 }, mistakeProbability: 1 };
  expect(await faultsOf(change)).toBe("");
});

test("nobody is let in over a mailbox that somebody meddles with, or into an older world", async () => {
  const change = { weights: { pair: 0.1, pairViewer: 0.1 }, meddleProbability: 1 };
  expect(await faultsOf(change)).toBe("");
});

test("a machine that crashes in the middle of a pairing is in or is not, and comes in at last", async () => {
  const weights = { pair: 0.2, pairViewer: 0.2 };
  const pace = { commitMs: 100, pauseMs: 4_000 };
  const change = { weights, crashInPairingProbability: 0.05, pace };
  expect(await faultsOf(change, { firstSeed: 5, stepCount: 80 })).toBe("");
});

test("what is typed on a phone reaches nobody, and a phone that is given up reads nothing new", async () => {
  const weights = { pairViewer: 0.2, typeOnViewer: 0.2, giveUpViewer: 0.05 };
  expect(await faultsOf({ weights, lastScene: "viewer" })).toBe("");
});

test.each(["fork of a vault's log", "fork of an identity log"] as const)(
  "after a %s a device keeps its own branch and seals nothing",
  async (lastScene) => {
    expect(await faultsOf({ lastScene }, { stepCount: 20 })).toBe("");
  },
);

test("a crash in the middle of a merge takes no edit with it, and brings none twice", async () => {
  const change = {
    weights: { burst: 0.2 },
    crashInMergeProbability: 1,
    pace: { commitMs: 5, pauseMs: 2_000 },
  };
  expect(await faultsOf(change)).toBe("");
});

describe("the simulation itself", () => {
  /** Some of what a program is given, or does, done wrong. */
  const spoilt =
    (spoil: (deps: ProgramDeps) => ProgramDeps, change: Partial<Program> = {}): StartProgram =>
    async (deps) => {
      const program = await startEngineProgram(spoil(deps));
      return new Proxy(program, {
        get: (target, name) => Reflect.get(name in change ? change : target, name),
      });
    };

  const isPhone = ({ machine }: ProgramDeps): boolean => machine.startsWith("phone");

  test("gives the same trace for the same seed, with much of everything", async () => {
    const [one, other] = [await runWith(busy, 3), await runWith(busy, 3)];
    expect(one.faults).toEqual([]);
    expect(other.hash).toBe(one.hash);
  });

  test("notices a newcomer that keeps something before it is in", async () => {
    const hasty = spoilt((deps) => {
      const { sitDown } = deps;
      if (sitDown === undefined) return deps;
      const key = new TextEncoder().encode("hasty");
      return {
        ...deps,
        sitDown: async () => {
          const sitting = await sitDown();
          await deps.store.commit([{ kind: "put", table: "facts", key, value: key }]);
          return sitting;
        },
      };
    });
    const change = { ...busy, mistakeProbability: 1 };
    expect(await faultsOf(change, { startProgram: hasty })).toContain("has something in facts");
  });

  test("notices a phone that stays behind", async () => {
    const deaf: StartProgram = (deps) =>
      spoilt((given) => given, isPhone(deps) ? { look: async () => new Map() } : {})(deps);
    const change = { weights: { pairViewer: 0.2 } };
    expect(await faultsOf(change, { startProgram: deaf })).toContain("not at rest");
  });

  test("notices a device that says nothing of a log that goes two ways", async () => {
    const silent = spoilt((deps) => deps, { alarms: [] });
    const change = { lastScene: "fork of a vault's log" } as const;
    expect(await faultsOf(change, { startProgram: silent })).toContain("does not notice");
  });
});
