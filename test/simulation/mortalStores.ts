/**
 * A relay's stores as one life of one process sees them: each call takes its time before and after it is
 * done, may fail with nobody knowing whether it was done, and never returns to a process that is gone.
 */
import type { RelayStores } from "../../packages/server/src/relay/context.ts";
import type { RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

export interface StorePace {
  readonly meanMs: number;
  readonly failProbability: number;
}

/** What was done to a store and not answered yet, when the process went. */
export interface Life {
  isOver: boolean;
  /** Between being done and being answered. */
  unansweredAppendCount: number;
}

interface MortalDeps {
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly rare: RareStates;
  /** Asked with each call: it changes when the world is healed. */
  readonly pace: () => StorePace;
  /** Told of every append as it begins, and how long it takes. */
  readonly onAppend: (durationMs: number) => void;
}

/** What the relay is told when its database fails it. */
export class InjectedFailure extends Error {
  override readonly name = "InjectedFailure";
}

export const mortalStores = (deps: MortalDeps, stores: RelayStores, life: Life): RelayStores => ({
  logStore: mortal(deps, stores.logStore, life),
  accountStore: mortal(deps, stores.accountStore, life),
  chainStore: mortal(deps, stores.chainStore, life),
  blobStore: mortal(deps, stores.blobStore, life),
  mailboxStore: mortal(deps, stores.mailboxStore, life),
});

type Method = (...given: unknown[]) => Promise<unknown>;

/** Every method of a store is one call to the database. */
const mortal = <Store extends object>(deps: MortalDeps, store: Store, life: Life): Store => {
  const methods = Object.entries(store as Record<string, Method>).map(([name, method]) => [
    name,
    (...given: unknown[]) => call(deps, life, name, () => method(...given)),
  ]);
  return Object.fromEntries(methods) as Store;
};

const call = async (
  { scheduler, rng, rare, pace, onAppend }: MortalDeps,
  life: Life,
  name: string,
  work: () => Promise<unknown>,
): Promise<unknown> => {
  const { meanMs, failProbability } = pace();
  const [untilDoneMs, untilKnownMs] = [rng.waitMs(meanMs), rng.waitMs(meanMs)];
  const isAppend = name === "append";
  if (isAppend) onAppend(untilDoneMs + untilKnownMs);
  await scheduler.wait(untilDoneMs, () => life.isOver);
  const fails = rng.chance(failProbability);
  if (fails && rng.chance(0.5)) throw new InjectedFailure("before it was done");
  const done = await work();
  if (isAppend) life.unansweredAppendCount += 1;
  await scheduler.wait(untilKnownMs, () => life.isOver);
  if (isAppend) life.unansweredAppendCount -= 1;
  if (fails) {
    rare.reached("the relay's store fails and nobody knows whether it wrote");
    throw new InjectedFailure("after it was done");
  }
  return done;
};
