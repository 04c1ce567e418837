/**
 * Watches over one vault: what the relay shows and what others say of it. The jobs of the vault tell it
 * what they saw; what it finds is kept with what it was found in, and told once.
 */
import { LogKind } from "@duro/crypto/types";
import type { ChainId, ChainMark, EnvelopeId, LogHead, Run, Vector } from "@duro/protocol";
import { envelopeIdOf } from "@duro/crypto/verify";
import { runToEnvelopes } from "@duro/protocol";
import { ownHeadSeen } from "../alarms/incarnations.ts";
import type { BeaconsSaid } from "../alarms/beacons.ts";
import { noBeacons } from "../alarms/beacons.ts";
import type { Alarm } from "../alarms/alarms.ts";
import { type AlarmBook, clear, raise, sealingIsStopped } from "../alarms/standing.ts";
import type { FollowedLogs, LogTrouble } from "../logs/followedLogs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Write } from "../ports/localStore.ts";
import type { Hold } from "../vault/advance.ts";
import type { ReceiptSaid } from "../vault/context.ts";
import type { Draft } from "../vault/draft.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { RunTaken } from "../vault/takeRun.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import type { LogView } from "../vault/view.ts";
import { gatherCounted } from "./counted.ts";
import { judgeCounted, type Watcher } from "./judgeCounted.ts";
import {
  compareAgain,
  isHeadsTrouble,
  judgeHeads,
  type Ours,
  withRelayMark,
} from "./judgeHeads.ts";
import { judgeTick } from "./judgeTick.ts";
import { judgeTrouble, judgeView } from "./judgeView.ts";
import { isReceiptGood, receiptOf, type RelayFaced, withReceipt } from "./receipts.ts";
import {
  claimsWrite,
  isSaved,
  readWatchState,
  type WatchState,
  watchWrites,
} from "./watchState.ts";

export interface VaultWatch {
  readonly book: AlarmBook;
  readonly state: WatchState;
  /** What a job is about to commit. What comes back is said once it is durable. */
  look(draft: Draft, holds: ReadonlyMap<ChainId, Hold>): Promise<() => void>;
  viewChanged(before: LogView | undefined): void;
  logTrouble(trouble: LogTrouble): void;
  headsCame(chains: Vector, logHead: LogHead, ourLogHead: LogHead | undefined): void;
  /** The relay has that much of the vault's log. */
  relayHasRecords(headIndex: number): void;
  envelopesCame(): void;
  caughtUp(): void;
  disconnected(): void;
  tick(): void;
  /** False: it is not the relay's signature, and counts for nothing. */
  receiptCame(receipt: ReceiptSaid): Promise<boolean>;
  runRefused(chain: ChainId, taken: RunTaken): void;
  /** Our own signature under what we did not make, from that seq on. */
  ownBranchCame(run: Run, fromSeq: number): Promise<void>;
  /** Our chain is another one now. */
  ownChainChanged(): void;
  /** What is said of our present chain so far. */
  readonly beaconsSaid: BeaconsSaid;
  /** Goes with the envelope that says it. */
  beaconWrites(said: BeaconsSaid): { readonly writes: readonly Write[]; readonly done: () => void };
  /** What is not durable yet. In its turn among the jobs of the vault. */
  save(): Promise<void>;
  /** The time that ran over claims as well. */
  saveAll(): Promise<void>;
}

export interface WatchDeps {
  readonly clock: Clock;
  readonly logs: FollowedLogs;
  /** Who answers at the other end; undefined: nobody. */
  readonly relay: () => RelayFaced | undefined;
  readonly onRelayFault: (fault: string) => void;
  readonly onAlarms: (before: AlarmBook, after: AlarmBook) => void;
}

export const openVaultWatch = async (
  deps: WatchDeps,
  memory: VaultMemory,
  jobs: {
    /** In its turn; nobody waits for it. */
    readonly begin: (job: () => Promise<void>) => void;
    readonly onSealable: () => void;
  },
): Promise<VaultWatch> => {
  const { vault, store } = memory;
  const device = memory.own.device.id;
  const { user } = memory.own;
  const first = await readWatchState(store, vault);
  const readUntil = new Map([...memory.chains.values()].map((row) => [row.chain, row.counted]));
  let saved: WatchState = first;
  let state: WatchState = { ...first, readUntil };
  let isSaveAsked = false;
  memory.isSealingStopped = sealingIsStopped(state.book);

  const watcher = (): Watcher => ({
    vault,
    view: memory.view,
    logs: deps.logs,
    device,
    nowMs: deps.clock.nowMs(),
  });
  const ours = (): Ours => ({ rows: memory.chains, ownChain: memory.own.chain });

  const take = (next: WatchState): void => {
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
    const now = state;
    if (isSaved(saved, now)) return;
    const committed = await store.commit(watchWrites(vault, saved, now));
    // A store without room: it goes with whatever is kept next.
    if (committed.ok) saved = now;
  };
  const change = (next: WatchState): void => {
    take(next);
    if (isSaveAsked || isSaved(saved, state)) return;
    isSaveAsked = true;
    jobs.begin(save);
  };
  const raised = (alarm: Alarm): WatchState => ({
    ...state,
    book: raise(state.book, alarm, deps.clock.nowMs()),
  });
  const reached = (reach: WatchState["reach"]): void =>
    change(judgeTick(state, reach, { ...ours(), holds: memory.holds }, watcher()));
  const withOwn = (known: WatchState): WatchState => {
    const { notes } = known;
    const { chain } = memory.own;
    if (notes.ownChains.has(chain)) return known;
    return { ...known, notes: { ...notes, ownChains: new Set([...notes.ownChains, chain]) } };
  };
  const comparedAgain = (known: WatchState): WatchState =>
    isHeadsTrouble(known) ? compareAgain(known, ours(), watcher()) : known;

  change(withOwn(state));
  return {
    get book() {
      return state.book;
    },
    get state() {
      return state;
    },
    look: async (draft, holds) => {
      const job = await gatherCounted(memory, state.claims, draft, holds);
      const at = watcher();
      // Others may change it until the commit is through: then it is judged from there.
      const judged = (known: WatchState): WatchState => judgeCounted(withOwn(known), job, at);
      const next = judged(state);
      draft.write(...watchWrites(vault, saved, next));
      const base = state;
      return () => {
        const isAlone = state === base;
        take(isAlone ? next : judged(state));
        saved = next;
        change(comparedAgain(state));
      };
    },
    viewChanged: (before) => {
      const failures = memory.view.keyFailures;
      change(judgeView(state, { user, before, failures }, ours(), watcher()));
    },
    logTrouble: (trouble) => change({ ...state, book: judgeTrouble(state, trouble, watcher()) }),
    headsCame: (chains, logHead, ourLogHead) => {
      const relay = deps.relay();
      if (relay === undefined) return;
      change(judgeHeads(state, { chains, logHead, ourLogHead }, relay, ours(), watcher()));
      reached({ kind: "catchingUp", progressAtMs: deps.clock.nowMs() });
    },
    relayHasRecords: (headIndex) => {
      const { relay } = state;
      const id = deps.logs.idAt({ kind: LogKind.Vault, log: vault }, headIndex);
      if (relay === undefined || id === undefined || headIndex <= relay.logHead.index) return;
      change(comparedAgain({ ...state, relay: { ...relay, logHead: { index: headIndex, id } } }));
    },
    envelopesCame: () => {
      if (state.reach.kind === "catchingUp")
        reached({ kind: "catchingUp", progressAtMs: deps.clock.nowMs() });
    },
    caughtUp: () => {
      if (!state.notes.hasCaughtUp)
        change({ ...state, notes: { ...state.notes, hasCaughtUp: true } });
      reached({ kind: "live" });
    },
    disconnected: () => {
      if (state.reach.kind === "away") return;
      reached({ kind: "away" });
      state = { ...state, relay: undefined };
    },
    tick: () => reached(state.reach),
    receiptCame: async ({ chain, firstSeq, count, firstPosition, nowMs, signature }) => {
      const relay = deps.relay();
      if (relay === undefined) return false;
      const ids = await idsBetween(memory, chain, firstSeq, firstSeq + count);
      if (ids.length < count) return false;
      const came = { vault, chain, firstSeq, firstPosition, nowMs, ids, signature };
      if (!isReceiptGood(relay, came)) {
        deps.onRelayFault("ReceiptBroken");
        return false;
      }
      const receipts = withReceipt(state.receipts, receiptOf(relay, came));
      const newest = ids.at(-1);
      const mark: ChainMark | undefined =
        newest === undefined ? undefined : { chain, seq: firstSeq + count - 1, id: newest };
      const signed = { ...state, receipts };
      // It goes with the next commit: a crash before costs a piece of evidence, and an edit no fsync.
      take(comparedAgain(mark === undefined ? signed : withRelayMark(signed, mark)));
      return true;
    },
    runRefused: (chain, taken) => {
      if (taken.kind === "refused") deps.onRelayFault(taken.why);
      if (taken.kind !== "equivocation") return;
      change(
        raised({
          type: "Equivocation",
          vault,
          chain,
          device: memory.chains.get(chain)?.device,
          seq: taken.ours.head.seq,
          evidence: "heads",
          claimant: undefined,
        }),
      );
    },
    ownBranchCame: async (run, fromSeq) => {
      const { chain } = memory.own;
      const headSeq = memory.chains.get(chain)?.head.at ?? 0;
      const theirs = runToEnvelopes(vault, run, envelopeIdOf)[fromSeq - run.firstSeq];
      if (theirs === undefined) return;
      const [ours_] = await readEnvelopes(memory, chain, fromSeq, fromSeq + 1);
      const id = ours_ === undefined ? undefined : envelopeIdOf(ours_.head);
      const own = { vault, chain, headSeq, idAt: () => id };
      const cloned = ownHeadSeen(own, { seq: fromSeq, id: envelopeIdOf(theirs.head) });
      const until = new Map(state.readUntil).set(chain, Math.min(fromSeq - 1, headSeq));
      state = { ...state, readUntil: until };
      if (cloned !== undefined) change(raised(cloned));
    },
    ownChainChanged: () => {
      const { chain } = memory.own;
      const isOver = (alarm: Alarm): boolean =>
        alarm.type === "Cloned" &&
        alarm.evidence !== "open" &&
        (alarm.chain !== chain || !memory.isDoubtful);
      const book = clear(state.book, isOver, deps.clock.nowMs());
      change(comparedAgain(withOwn({ ...state, book })));
    },
    get beaconsSaid() {
      return state.beacons.chain === memory.own.chain ? state.beacons.said : noBeacons;
    },
    beaconWrites: (said) => {
      const next = { ...state, beacons: { chain: memory.own.chain, said } };
      return {
        writes: watchWrites(vault, saved, next),
        done: () => {
          state = { ...state, beacons: next.beacons };
          saved = next;
        },
      };
    },
    save,
    saveAll: async () => {
      await save();
      if (state.claims.byClaimant.size > 0) await store.commit([claimsWrite(vault, state)]);
    },
  };
};

const idsBetween = async (
  memory: VaultMemory,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
): Promise<readonly EnvelopeId[]> =>
  (await readEnvelopes(memory, chain, fromSeq, endSeq)).map(({ head }) => envelopeIdOf(head));
