/** The relay's heads of a vault, held against ours: once when it opens, and again as it gets back what it lost. */
import { bytesToHex } from "@duro/crypto/types";
import type { ChainId, ChainMark } from "@duro/protocol";
import type { Alarm, AlarmOf } from "../alarms/alarms.ts";
import { addRelayHeads } from "../alarms/chainClaims.ts";
import { compareHeads, type HeldChain, isOfHeads, type OurHeads } from "../alarms/relayHeads.ts";
import { reconcile, standingAlarms } from "../alarms/standing.ts";
import { LogKind } from "@duro/crypto/types";
import type { ChainRow } from "../store/rows.ts";
import type { Watcher } from "./judgeCounted.ts";
import { endSeqOf, knownChainsOf } from "./known.ts";
import type { RelayFaced } from "./receipts.ts";
import type { RelayHeads, WatchState } from "./watchState.ts";

/** What is here of each chain. */
export type ChainRows = ReadonlyMap<ChainId, ChainRow>;

export const judgeHeads = (
  state: WatchState,
  heads: Pick<RelayHeads, "chains" | "logHead" | "ourLogHead">,
  relay: RelayFaced,
  rows: ChainRows,
  at: Watcher,
): WatchState => {
  const { vault, view, ownChain } = at;
  const key = bytesToHex(relay.key);
  const shownCount = state.notes.relay === key ? state.notes.recordCount : 0;
  const { ourLogHead } = heads;
  const isShown = ourLogHead !== undefined && ourLogHead.index < shownCount;
  const recordCount = Math.max(shownCount, heads.logHead.index + 1);
  const isNew = state.notes.relay !== key;
  const notes =
    isNew || recordCount > shownCount ? { ...state.notes, relay: key, recordCount } : state.notes;
  const rowOf = (chain: ChainId): ChainRow | undefined => rows.get(chain);
  const { readUntil } = state;
  const known = knownChainsOf({ vault, view, ownChain, rowOf, readUntil, idAt: () => undefined });
  const compared = {
    ...state,
    notes,
    claims: addRelayHeads(state.claims, heads.chains, known),
    relay: { ...heads, ourLogHead: isShown ? ourLogHead : undefined },
  };
  // A relay that never had what is here has not lost it.
  return isNew ? compared : compareAgain(compared, rows, at);
};

/** After it has got something back, or our own chain was begun anew. */
export const isHeadsTrouble = ({ book, relay }: WatchState): boolean =>
  relay !== undefined && standingAlarms(book).some(({ alarm }) => isOfHeads(alarm));

export const compareAgain = (state: WatchState, rows: ChainRows, at: Watcher): WatchState => {
  const { relay, notes } = state;
  if (relay === undefined) return state;
  const heads: OurHeads = {
    vault: at.vault,
    ownChain: at.ownChain,
    chains: new Map([...rows].map(([chain, row]) => [chain, heldOf(state, row, at)])),
    logHead: relay.ourLogHead,
    receipts: newestOf(state.receipts.filter(({ relayKey }) => relayKey === notes.relay)),
  };
  const { alarms } = compareHeads(heads, relay);
  // Heads show no fork. One that is settled is over with a relay that lists what stands.
  const name = { kind: LogKind.Vault, log: at.vault } as const;
  const isOurs = at.logs.idAt(name, relay.logHead.index) === relay.logHead.id;
  const isOver = ({ log, index }: AlarmOf<"LogForked">): boolean =>
    log.kind === LogKind.Vault && isOurs && index <= relay.logHead.index;
  const within = (alarm: Alarm): boolean =>
    isOfHeads(alarm) && (alarm.type !== "LogForked" || isOver(alarm));
  return { ...state, book: reconcile(state.book, within, alarms, at.nowMs) };
};

const heldOf = (
  { receipts, notes }: WatchState,
  row: ChainRow,
  { view, device }: Watcher,
): HeldChain => {
  const { chain, head } = row;
  const cut = view.state.cutsByChain.get(chain);
  const signedSeq = receipts
    .filter((receipt) => receipt.chain === chain && receipt.relayKey === notes.relay)
    .reduce((seq, { firstSeq, ids }) => Math.max(seq, firstSeq + ids.length - 1), row.receipted);
  return {
    head,
    // What others wrote came from there. Of what this device wrote, not all went there yet.
    relayedSeq: row.device === device ? Math.min(head.at, signedSeq) : head.at,
    device: row.device,
    limit: endSeqOf(view, row),
    isRetired: cut?.why === "anchor",
  };
};

const newestOf = <T extends { readonly chain: ChainId }>(receipts: readonly T[]): readonly T[] => [
  ...new Map(receipts.map((receipt) => [receipt.chain, receipt])).values(),
];

/** It has said or signed that it has the chain that far. */
export const withRelayMark = (state: WatchState, mark: ChainMark): WatchState => {
  const { relay } = state;
  const before = relay?.chains.find(({ chain }) => chain === mark.chain);
  if (relay === undefined || (before !== undefined && before.seq >= mark.seq)) return state;
  const others = relay.chains.filter(({ chain }) => chain !== mark.chain);
  return { ...state, relay: { ...relay, chains: [...others, mark] } };
};

/** It has shown the vault's log that far. */
export const withRelayRecords = (
  state: WatchState,
  headIndex: number,
  { vault, logs }: Watcher,
): WatchState => {
  const { relay, notes } = state;
  if (relay === undefined || headIndex <= relay.logHead.index) return state;
  const idAt = (index: number) => logs.idAt({ kind: LogKind.Vault, log: vault }, index);
  const id = idAt(headIndex);
  // Where its log parts from ours, what it has at that place is not ours.
  const before = idAt(relay.logHead.index);
  if (id === undefined || before !== relay.logHead.id) return state;
  const isKnown = headIndex < notes.recordCount;
  return {
    ...state,
    relay: { ...relay, logHead: { index: headIndex, id } },
    notes: isKnown ? notes : { ...notes, recordCount: headIndex + 1 },
  };
};
