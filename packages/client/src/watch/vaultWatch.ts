/**
 * Watches over one vault: what the relay shows and what others say of it. The jobs of the vault tell it
 * what they saw; what it finds is kept with what it was found in, and told once.
 */
import type { ChainId } from "@duro/protocol";
import type { Alarm } from "../alarms/alarms.ts";
import { type AlarmBook, raise, reconcile } from "../alarms/standing.ts";
import type { LogTrouble } from "../logs/followedLogs.ts";
import type { Hold } from "../vault/advance.ts";
import type { Draft } from "../vault/draft.ts";
import type { RunTaken } from "../vault/takeRun.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import type { LogView } from "../vault/view.ts";
import { gatherCounted } from "./counted.ts";
import { judgeCounted } from "./judgeCounted.ts";
import { judgeTrouble, judgeView, withoutFallen } from "./judgeView.ts";
import { createOwnLife, type OwnLife, withOwnChain } from "./ownLife.ts";
import { createRelaySays, type RelaySays } from "./relaySays.ts";
import { type Kept, openWatchKeeper, type WatchDeps, type WatchJobs } from "./watchKeeper.ts";
import type { WatchState } from "./watchState.ts";

export interface VaultWatch {
  readonly book: AlarmBook;
  readonly state: WatchState;
  readonly relay: RelaySays;
  readonly own: OwnLife;
  /** What a job is about to commit. Goes with it. */
  look(draft: Draft, holds: ReadonlyMap<ChainId, Hold>): Promise<Kept>;
  /** What is not durable yet goes with a commit that is made anyway. */
  carry(): Kept;
  /** Undefined: the first since the start. */
  viewChanged(before: LogView | undefined): void;
  /** The envelopes from those seqs on are nobody's: they stand under a branch of the log that fell. */
  fell(fromSeqs: ReadonlyMap<ChainId, number>): void;
  logTrouble(trouble: LogTrouble): void;
  runRefused(chain: ChainId, taken: RunTaken): void;
  /** So many chains wait for bodies that the relay has said several times that it does not have. */
  bodiesMissing(chainCount: number): void;
  tick(): void;
  /** Everything that is not durable yet, in its turn among the jobs of the vault. */
  saveAll(): Promise<void>;
}

export const openVaultWatch = async (
  deps: WatchDeps,
  memory: VaultMemory,
  jobs: WatchJobs,
): Promise<VaultWatch> => {
  const keeper = await openWatchKeeper(deps, memory, jobs);
  const { watcher, change } = keeper;
  const relay = createRelaySays(keeper);
  const own = createOwnLife(keeper);
  const { user } = memory.own;

  return {
    get book() {
      return keeper.state.book;
    },
    get state() {
      return keeper.state;
    },
    relay,
    own,
    look: async (draft, holds) => {
      const job = await gatherCounted(memory, keeper.state.claims, draft, holds);
      const at = watcher();
      const { chain } = memory.own;
      const kept = keeper.beside((state) => judgeCounted(withOwnChain(state, chain), job, at));
      return {
        ...kept,
        done: () => {
          kept.done();
          change(keeper.comparedAgain(keeper.state));
        },
      };
    },
    carry: () => keeper.carry(),
    viewChanged: (before) => {
      const failures = memory.view.keyFailures;
      change(judgeView(keeper.state, { user, before, failures }, memory.chains, watcher()));
    },
    fell: (fromSeqs) => change(keeper.comparedAgain(withoutFallen(keeper.state, fromSeqs))),
    logTrouble: (trouble) =>
      change({ ...keeper.state, book: judgeTrouble(keeper.state, trouble, watcher()) }),
    runRefused: (chain, taken) => {
      if (taken.kind === "refused") deps.onRelayFault(taken.why);
      if (taken.kind !== "equivocation") return;
      const { vault } = memory;
      const device = memory.chains.get(chain)?.device;
      const { seq } = taken.ours.head;
      const place = { vault, chain, device, seq };
      const { state } = keeper;
      const book = raise(
        state.book,
        { type: "Equivocation", ...place, evidence: "heads", claimant: undefined },
        watcher().nowMs,
      );
      change({ ...state, book });
    },
    bodiesMissing: (chainCount) => {
      const { state } = keeper;
      const { vault } = memory;
      const found = chainCount === 0 ? [] : [{ type: "BodiesMissing", vault, chainCount } as const];
      const isOfBodies = ({ type }: Alarm): boolean => type === "BodiesMissing";
      change({ ...state, book: reconcile(state.book, isOfBodies, found, watcher().nowMs) });
    },
    tick: () => relay.tick(),
    saveAll: () => keeper.saveAll(),
  };
};
