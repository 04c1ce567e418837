/**
 * One run: a world that is set up, goes wrong for a while, is healed, and must then come to rest with
 * everybody seeing the same and nothing lost.
 */
import { actBeside } from "./extraActions.ts";
import type { ExtraName } from "./extras.ts";
import { act, type ActionName, drawAction, pauseAfter } from "./actions.ts";
import {
  checkBlind,
  checkChains,
  checkEdits,
  checkAlarms,
  checkReceipts,
  checkRelay,
  difference,
  type View,
} from "./invariants.ts";
import { checkLastCheckpoint } from "./lastCheckpoint.ts";
import { checkFork } from "./lastFork.ts";
import { checkPhone } from "./lastPhone.ts";
import { checkWithholding } from "./lastWithholding.ts";
import { drawProfile, type Profile } from "./profile.ts";
import type { StartProgram } from "./program.ts";
import type { Resident } from "./people.ts";
import { checkReaders, pairingOwed, readersLag } from "./readers.ts";
import { type Belonging, belongingOf, checkRemoved } from "./standing.ts";
import { inRealm } from "./realm.ts";
import { createRareStates, type RareState } from "./rareStates.ts";
import { createRng } from "./rng.ts";
import { tidyRelay } from "./tidying.ts";
import { createWorld, type World } from "./world.ts";
import { tidyingIntervalMs } from "../../packages/server/src/tidy/startTidying.ts";

export interface RunOptions {
  readonly seed: number;
  /** How many things happen before the world is healed. */
  readonly stepCount: number;
  readonly startProgram: StartProgram;
  /** Instead of what the seed draws. */
  readonly change?: (profile: Profile) => Profile;
}

export interface RunReport {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly hash: string;
  readonly lines: readonly string[];
  readonly profile: Profile;
  readonly counts: {
    readonly events: number;
    readonly frames: number;
    readonly edits: number;
    readonly saved: number;
    readonly receipted: number;
    /** Of virtual time. */
    readonly seconds: number;
    /** Until everybody saw the same, once healed. */
    readonly healingSeconds: number;
  };
  readonly actions: ReadonlyMap<ActionName | ExtraName, number>;
  readonly rare: ReadonlyMap<RareState, number>;
}

/** Backing off is bounded by a minute, a dead connection is found within another. */
const healingMsMax = 15 * 60_000;
/** How often somebody looks whether all see the same. */
const lookIntervalMs = 5_000;
/** Whoever opens a document waits for a disk, and for nobody else. */
const lookMsMax = 60_000;

export const runSeed = (options: RunOptions): Promise<RunReport> => inRealm(() => run(options));

const run = async (options: RunOptions): Promise<RunReport> => {
  const { seed, stepCount, startProgram, change = (profile) => profile } = options;
  const rng = createRng(`seed ${seed}`);
  const profile = change(drawProfile(rng.fork("profile")));
  const rare = createRareStates();
  const world = await createWorld({ rng, profile, rare, startProgram });
  const actions = new Map<ActionName | ExtraName, number>();
  for (const node of world.nodes) node.start();
  for (const machine of world.machines) machine.start();
  await goWrong(world, stepCount, actions);
  const healingMs = world.faults.length > 0 ? 0 : await heal(world);
  const { scheduler, transcript, ledger, tap } = world;
  const frames = [...tap.countByType.values()].reduce((sum, count) => sum + count, 0);
  return {
    seed,
    faults: world.faults,
    hash: transcript.hash(),
    lines: transcript.lines,
    profile,
    counts: {
      events: scheduler.eventCount,
      frames,
      edits: ledger.edits.size,
      saved: ledger.savedCount,
      receipted: ledger.receiptedCount,
      seconds: scheduler.nowMs / 1_000,
      healingSeconds: healingMs / 1_000,
    },
    actions,
    rare: rare.counts,
  };
};

/** A run of 150 steps has some ten thousand. */
const eventCountMax = 150_000;

const checkCalm = ({ scheduler, faults, fault }: World): void => {
  if (scheduler.eventCount > eventCountMax && faults.length === 0)
    fault(`a storm: ${eventCountMax} events, and no end`);
};

const goWrong = async (
  world: World,
  stepCount: number,
  actions: Map<ActionName | ExtraName, number>,
): Promise<void> => {
  const { scheduler, profile } = world;
  const rng = world.rng.fork("actions");
  const beside = world.rng.fork("actions beside");
  const count = (name: ActionName | ExtraName): void =>
    void actions.set(name, (actions.get(name) ?? 0) + 1);
  for (let step = 0; step < stepCount && world.faults.length === 0; step++) {
    const action = drawAction(profile.weights, rng);
    if (!act(world, rng, action)) continue;
    count(action);
    for (const name of actBeside(world, beside)) count(name);
    await scheduler.runUntil(scheduler.nowMs + pauseAfter(world, rng, action), () => {
      checkRelay(world);
      checkCalm(world);
      return world.faults.length > 0;
    });
  }
};

/** Gives how long it took. */
const heal = async (world: World): Promise<number> => {
  const { scheduler, transcript, profile } = world;
  transcript.note("everything is healed");
  world.heal();
  if (!world.history.isRolledBack) checkReceipts(world);
  const beganMs = scheduler.nowMs;
  await comeToRest(world);
  const healingMs = scheduler.nowMs - beganMs;
  await checkAtRest(world);
  if (profile.envelopesPerCheckpoint !== undefined) await checkCheckpoints(world);
  await checkLastScene(world);
  return healingMs;
};

/** False: they do not. */
const comeToRest = async (world: World): Promise<boolean> => {
  const { scheduler, machines, nodes, profile, fault } = world;
  const beganMs = scheduler.nowMs;
  let tidiedAtMs = beganMs;
  let unrest: string | undefined = "nobody looked yet";
  while (world.faults.length === 0 && scheduler.nowMs - beganMs < healingMsMax) {
    for (const node of nodes) node.start();
    for (const machine of machines) machine.start();
    await scheduler.runUntil(scheduler.nowMs + lookIntervalMs, () => {
      checkCalm(world);
      return world.faults.length > 0;
    });
    unrest = await restlessness(world);
    if (unrest === undefined) break;
    // What came back from its trash may be all that is missing.
    if (profile.weights.tidy === 0 || scheduler.nowMs - tidiedAtMs < tidyingIntervalMs) continue;
    tidiedAtMs = scheduler.nowMs;
    await tidyRelay(world, false);
  }
  if (unrest !== undefined && world.faults.length === 0)
    fault(`not at rest ${healingMsMax / 60_000} minutes after everything was healed: ${unrest}`);
  return world.faults.length === 0;
};

const checkCheckpoints = async (world: World): Promise<void> => {
  if (world.faults.length > 0 || isLogForked(world)) return;
  const belonging = (): Promise<Belonging> => belongingOf(world);
  await checkLastCheckpoint({
    world,
    belonging,
    rest: () => comeToRest(world),
    look: async () => [...(await viewsOf(world, (await belonging()).isIn)).values()][0],
  });
  await checkAtRest(world);
  if (world.faults.length > 0) return;
  const { isIn } = await belonging();
  const members = world.machines.filter(({ resident }) => isIn(resident));
  await checkWithholding(world, members, () => comeToRest(world));
};

const checkLastScene = async (world: World): Promise<void> => {
  const { lastScene } = world.profile.extras;
  if (lastScene === undefined || world.faults.length > 0 || isLogForked(world)) return;
  if (lastScene === "viewer") {
    await checkPhone({
      world,
      belonging: () => belongingOf(world),
      rest: () => comeToRest(world),
    });
    return checkAtRest(world);
  }
  const { isIn } = await belongingOf(world);
  const members = world.machines.filter(({ resident }) => isIn(resident));
  if ((await checkFork(world, members, lastScene)) && (await comeToRest(world)))
    await checkAtRest(world);
};

/**
 * A relay lost a record of the vault's log, and another took its place: whoever has the first says so, and
 * nobody can bring the two together but people.
 */
const isLogForked = ({ history, machines }: World): boolean =>
  history.isRolledBack &&
  machines.some(({ program }) => program?.standingAlarms.includes("LogForked"));

/** Undefined: all who belong here are at rest and see the same. */
const restlessness = async (world: World): Promise<string | undefined> => {
  if (isLogForked(world)) return undefined;
  const belonging = await belongingOf(world);
  if (belonging.isRotationOwed) return "a rotation is owed";
  for (const { name, program, resident } of world.machines) {
    if (!belonging.isIn(resident) && !belonging.isReader(resident)) continue;
    if (program === undefined) return `${name} is not running`;
    const { unrest } = program;
    if (unrest !== undefined) return `${name} is not done: ${unrest}`;
  }
  const owed = pairingOwed(world, belonging);
  if (owed !== undefined) return owed;
  const views = await viewsOf(world, belonging.isIn);
  const readers = await viewsOf(world, belonging.isReader);
  return difference(views) ?? readersLag(world, readers, [...views.values()][0]);
};

const viewsOf = async (
  { machines, scheduler, fault }: World,
  isOne: (resident: Resident) => boolean,
): Promise<ReadonlyMap<string, View>> => {
  const views = new Map<string, View>();
  for (const { name, program, resident } of machines) {
    if (program === undefined || !isOne(resident)) continue;
    let view: View | undefined;
    void program.look().then((seen) => (view = seen));
    await scheduler.runUntil(scheduler.nowMs + lookMsMax, () => view !== undefined);
    if (view === undefined) fault(`${name} does not show its documents`);
    else views.set(name, view);
  }
  return views;
};

const checkAtRest = async (world: World): Promise<void> => {
  if (world.faults.length > 0) return;
  const belonging = await belongingOf(world);
  checkChains(world);
  checkBlind(world);
  await checkAlarms(world, belonging);
  if (isLogForked(world)) return;
  // What was cut while the relay lacked it is given back by nobody.
  checkReceipts(world, world.history.isRolledBack ? belonging : undefined);
  checkRemoved(world, belonging);
  checkReaders(world);
  const [view] = (await viewsOf(world, belonging.isIn)).values();
  const lasting = world.machines.filter(({ resident }) => belonging.wasAlwaysIn(resident));
  if (view !== undefined) checkEdits(world, view, new Set(lasting.map(({ name }) => name)));
};
