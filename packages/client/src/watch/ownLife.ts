/** What a watch knows of this device's own chains in a vault: which they are, and that nobody else writes them. */
import { envelopeIdOf } from "@duro/crypto/verify";
import { type Run, runToEnvelopes } from "@duro/protocol";
import type { Alarm } from "../alarms/alarms.ts";
import { type BeaconsSaid, noBeacons } from "../alarms/beacons.ts";
import type { Said } from "../alarms/claims.ts";
import { ownHeadSeen } from "../alarms/incarnations.ts";
import { clear, raise } from "../alarms/standing.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import { judgeSaid } from "./judgeCounted.ts";
import type { Kept, WatchKeeper } from "./watchKeeper.ts";
import type { WatchState } from "./watchState.ts";

export interface OwnLife {
  /** Our own signature under what we did not make, from that seq on. */
  branchCame(run: Run, fromSeq: number): Promise<void>;
  /** Our chain is another one now, or is put together again. */
  chainChanged(): void;
  /** In our own envelope of that seq, which is durable. */
  said(seq: number, marks: readonly Said[]): void;
  /** What is said of our present chain so far. */
  readonly beaconsSaid: BeaconsSaid;
  /** Goes with the envelope that says it. */
  keepBeacon(said: BeaconsSaid): Kept;
}

export const createOwnLife = (keeper: WatchKeeper): OwnLife => {
  const { memory, change } = keeper;
  const { vault } = memory;

  const withoutOver = (state: WatchState, isDoubtful: boolean): WatchState => {
    const { chain } = memory.own;
    const isOver = (alarm: Alarm): boolean =>
      alarm.type === "Cloned" &&
      alarm.evidence !== "open" &&
      (alarm.chain !== chain || !isDoubtful);
    return { ...state, book: clear(state.book, isOver, keeper.watcher().nowMs) };
  };

  // Where it stopped while it went on under another chain.
  change(withOwnChain(withoutOver(keeper.state, true), memory.own.chain));
  return {
    branchCame: async (run, fromSeq) => {
      const { chain } = memory.own;
      const headSeq = memory.chains.get(chain)?.head.at ?? 0;
      const theirs = runToEnvelopes(vault, run, envelopeIdOf)[fromSeq - run.firstSeq];
      if (theirs === undefined) return;
      const [ours] = await readEnvelopes(memory, chain, fromSeq, fromSeq + 1);
      const ourId = ours === undefined ? undefined : envelopeIdOf(ours.head);
      const cloned = ownHeadSeen(
        { vault, chain, headSeq, idAt: () => ourId },
        { seq: fromSeq, id: envelopeIdOf(theirs.head) },
      );
      const { state } = keeper;
      const { nowMs } = keeper.watcher();
      const book = cloned === undefined ? state.book : raise(state.book, cloned, nowMs);
      const readUntil = new Map(state.readUntil).set(chain, Math.min(fromSeq - 1, headSeq));
      change({ ...state, book, readUntil });
    },
    chainChanged: () => {
      const known = withOwnChain(withoutOver(keeper.state, memory.isDoubtful), memory.own.chain);
      change(keeper.comparedAgain(known));
    },
    said: (seq, marks) => {
      const rowOf: Parameters<typeof judgeSaid>[2] = (chain) => memory.chains.get(chain);
      change(judgeSaid(keeper.state, { seq, marks }, rowOf, keeper.watcher()));
    },
    get beaconsSaid() {
      const { chain, said } = keeper.state.beacons;
      return chain === memory.own.chain ? said : noBeacons;
    },
    keepBeacon: (said) => {
      const { chain } = memory.own;
      return keeper.beside((state) => ({ ...state, beacons: { chain, said } }));
    },
  };
};

export const withOwnChain = (
  state: WatchState,
  chain: WatchState["beacons"]["chain"],
): WatchState => {
  const { notes } = state;
  if (chain === undefined || notes.ownChains.has(chain)) return state;
  return { ...state, notes: { ...notes, ownChains: new Set([...notes.ownChains, chain]) } };
};
