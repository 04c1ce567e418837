/** Holds what a watch knows of one vault, tells of alarms as they change, and keeps it all durable. */
import { type AlarmBook, sealingIsStopped } from "../alarms/standing.ts";
import type { FollowedLogs } from "../logs/followedLogs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Durability, Write } from "../ports/localStore.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import type { Watcher } from "./judgeCounted.ts";
import { compareAgain, isHeadsTrouble } from "./judgeHeads.ts";
import type { RelayFaced } from "./receipts.ts";
import {
  canRide,
  claimsWrite,
  isSaved,
  readWatchState,
  type WatchState,
  watchWrites,
} from "./watchState.ts";

export interface WatchDeps {
  readonly clock: Clock;
  readonly logs: FollowedLogs;
  /** Who answers at the other end; undefined: nobody. */
  readonly relay: () => RelayFaced | undefined;
  readonly onRelayFault: (fault: string) => void;
  readonly onAlarms: (before: AlarmBook, after: AlarmBook) => void;
}

export interface WatchJobs {
  /** In its turn among the jobs of the vault; nobody waits for it. */
  readonly begin: (job: () => Promise<void>) => void;
  readonly onSealable: () => void;
  /** Our store takes nothing at the moment: what does not come then is not the relay's fault. */
  readonly isBlocked: () => boolean;
}

export interface WatchKeeper {
  readonly deps: WatchDeps;
  readonly memory: VaultMemory;
  readonly jobs: WatchJobs;
  readonly state: WatchState;
  /** What is judged now is judged by this. */
  readonly watcher: () => Watcher;
  /** Known and told from now on, and durable soon; what can goes with the next commit of others. */
  readonly change: (next: WatchState) => void;
  /** Durable with whatever is kept next: what costs little if it is lost. */
  note(next: WatchState): void;
  /** Becomes durable with the writes of somebody else's commit; what comes back is said once it is. */
  beside(judge: (known: WatchState) => WatchState): Kept;
  /** What is not durable yet, for the commit of somebody else. */
  carry(): Kept;
  /** Where the relay was behind: held against its heads as they are now. */
  comparedAgain(known: WatchState): WatchState;
  save(): Promise<void>;
  /** The time that ran over claims as well. */
  saveAll(): Promise<void>;
}

export interface Kept {
  readonly writes: readonly Write[];
  /** An alarm is not raised twice for one thing; what else is seen comes again with what it was seen in. */
  readonly durability: Durability;
  readonly done: () => void;
}

/** So long it waits for a commit to go with: a device that only listens makes few. */
const rideMsMax = 5_000;

export const openWatchKeeper = async (
  deps: WatchDeps,
  memory: VaultMemory,
  jobs: WatchJobs,
): Promise<WatchKeeper> => {
  const { vault, store } = memory;
  const readUntil = new Map([...memory.chains.values()].map((row) => [row.chain, row.counted]));
  let saved = await readWatchState(store, vault);
  let state: WatchState = { ...saved, readUntil };
  let isSaveAsked = false;
  let endRiding: (() => void) | undefined;
  memory.isSealingStopped = sealingIsStopped(state.book);

  const watcher = (): Watcher => ({
    vault,
    view: memory.view,
    logs: deps.logs,
    device: memory.own.device.id,
    ownChain: memory.own.chain,
    nowMs: deps.clock.nowMs(),
  });

  const note = (next: WatchState): void => {
    const before = state.book;
    state = next;
    if (next.book === before) return;
    const wasStopped = memory.isSealingStopped;
    memory.isSealingStopped = sealingIsStopped(next.book);
    deps.onAlarms(before, next.book);
    if (wasStopped && !memory.isSealingStopped) jobs.onSealable();
  };

  const save = async (): Promise<void> => {
    isSaveAsked = false;
    endRiding?.();
    endRiding = undefined;
    const now = state;
    if (isSaved(saved, now)) return;
    const durability = canRide(saved, now) ? "later" : "now";
    const committed = await store.commit(watchWrites(vault, saved, now), { durability });
    // A store without room: it goes with whatever is kept next.
    if (committed.ok) saved = now;
  };

  const change = (next: WatchState): void => {
    note(next);
    if (isSaveAsked || isSaved(saved, state)) return;
    if (canRide(saved, state)) {
      endRiding ??= deps.clock.after(rideMsMax, () => jobs.begin(save));
      return;
    }
    isSaveAsked = true;
    jobs.begin(save);
  };

  const beside: WatchKeeper["beside"] = (judge) => {
    const base = state;
    const next = judge(base);
    return {
      writes: watchWrites(vault, saved, next),
      durability: next.book === saved.book ? "later" : "now",
      done: () => {
        saved = next;
        // Others may have changed it until the commit was through: then it is judged from there.
        change(state === base ? next : judge(state));
      },
    };
  };

  return {
    deps,
    memory,
    jobs,
    get state() {
      return state;
    },
    watcher,
    change,
    note,
    beside,
    carry: () => beside((known) => known),
    comparedAgain: (known) =>
      isHeadsTrouble(known) ? compareAgain(known, memory.chains, watcher()) : known,
    save,
    saveAll: async () => {
      await save();
      if (state.claims.byClaimant.size > 0) await store.commit([claimsWrite(vault, state)]);
    },
  };
};
