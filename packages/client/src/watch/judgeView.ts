/** What a vault's log, and the identity logs it relies on, change in what a watch knows. */
import type { KeyFailure } from "@duro/crypto";
import { currentEpoch } from "@duro/crypto/verify";
import { LogKind } from "@duro/crypto/types";
import type { ChainId, UserId } from "@duro/protocol";
import type { Alarm } from "../alarms/alarms.ts";
import { settleClaims } from "../alarms/chainClaims.ts";
import { type Claims, forgetClaims, type LogClaim } from "../alarms/claims.ts";
import { settleLogClaims } from "../alarms/logClaims.ts";
import { type AlarmBook, clear, raise, reconcile } from "../alarms/standing.ts";
import { type BoxedTo, keysMissing, logTrouble, rotatedToOldKeys } from "../alarms/verdicts.ts";
import type { LogTrouble } from "../logs/followedLogs.ts";
import type { LogView } from "../vault/view.ts";
import type { Watcher } from "./judgeCounted.ts";
import type { ChainRows } from "./judgeHeads.ts";
import { endSeqOf, knownChainsOf, knownLogsOf } from "./known.ts";
import type { WatchState } from "./watchState.ts";

export interface ViewChange {
  readonly user: UserId;
  /** Undefined: the first since the start. */
  readonly before: LogView | undefined;
  readonly failures: readonly KeyFailure[];
}

export const judgeView = (
  state: WatchState,
  change: ViewChange,
  rows: ChainRows,
  at: Watcher,
): WatchState => {
  const { vault, view, ownChain, nowMs } = at;
  const { readUntil } = state;
  const rowOf: Parameters<typeof knownChainsOf>[0]["rowOf"] = (chain) => rows.get(chain);
  const known = knownChainsOf({ vault, view, ownChain, rowOf, readUntil, idAt: () => undefined });
  const logs = knownLogsOf(at.logs);
  const ended = [...rows.values()].filter((row) => endSeqOf(view, row) !== undefined);
  let { claims } = state;
  for (const row of ended) claims = forgetClaims(claims, row.chain, (endSeqOf(view, row) ?? 0) + 1);
  const settled = settleClaims(
    claims,
    ended.map(({ chain }) => chain),
    known,
  );
  const alarms: Alarm[] = [...settled.alarms];
  ({ claims } = settled);
  for (const log of claimedLogs(claims)) {
    const came = settleLogClaims(claims, log, logs);
    ({ claims } = came);
    alarms.push(...came.alarms);
  }
  let { book } = state;
  for (const alarm of [...alarms, ...oldKeys(change, at, state)]) book = raise(book, alarm, nowMs);
  book = reconcile(book, ({ type }) => type === "KeysMissing", missingKeys(change, at), nowMs);
  const isOver = (alarm: Alarm): boolean =>
    isSettled(alarm, rows, at) || (change.before === undefined && isOfOtherProgram(alarm));
  const judged = { ...state, claims, book: clear(book, isOver, nowMs) };
  const { before } = change;
  const isParted = before !== undefined && !view.state.indexByRecord.has(before.state.head.id);
  return isParted ? withOtherLog(judged, view) : judged;
};

/** What the relay showed of the branch that fell it has not lost. */
const withOtherLog = (state: WatchState, { state: { head } }: LogView): WatchState => ({
  ...state,
  notes: { ...state.notes, recordCount: head.index + 1 },
  relay: state.relay && { ...state.relay, ourLogHead: undefined },
});

/** What was claimed and signed for there. */
export const withoutFallen = (
  state: WatchState,
  fromSeqs: ReadonlyMap<ChainId, number>,
): WatchState => {
  let { claims } = state;
  const readUntil = new Map(state.readUntil);
  for (const [chain, fromSeq] of fromSeqs) {
    claims = forgetClaims(claims, chain, fromSeq);
    readUntil.set(chain, Math.min(readUntil.get(chain) ?? 0, fromSeq - 1));
  }
  const receipts = state.receipts.filter(({ chain, firstSeq, ids }) => {
    const fromSeq = fromSeqs.get(chain);
    return fromSeq === undefined || firstSeq + ids.length <= fromSeq;
  });
  return { ...state, claims, readUntil, receipts };
};

const claimedLogs = ({ byClaimant }: Claims): readonly LogClaim["log"][] => {
  const byName = new Map<string, LogClaim["log"]>();
  for (const { logs } of byClaimant.values())
    for (const { log } of logs.values()) byName.set(`${log.kind} ${log.log}`, log);
  return [...byName.values()];
};

/** Whoever is no member any more is owed no key. */
const missingKeys = ({ user, failures }: ViewChange, { vault, view }: Watcher) =>
  view.state.members.has(user)
    ? keysMissing(vault, currentEpoch(view.state).epoch, { keys: view.keys, failures })
    : [];

/** Only what comes while we are there to see it: what is older was lawful when it was written. */
const oldKeys = (
  { before }: ViewChange,
  { vault, view }: Watcher,
  { reach }: WatchState,
): readonly Alarm[] => {
  const { epoch, memberBoxes } = currentEpoch(view.state);
  if (before === undefined || reach.kind !== "live") return [];
  if (currentEpoch(before.state).epoch >= epoch) return [];
  const boxes = [...memberBoxes].flatMap(([user, all]): readonly BoxedTo[] => {
    const generation = all.at(-1)?.generation;
    const knownGeneration = before.identity(user)?.generations.length;
    return generation === undefined || knownGeneration === undefined
      ? []
      : [{ user, generation, knownGeneration }];
  });
  return rotatedToOldKeys(vault, epoch, boxes);
};

/** Perhaps this one can read it: otherwise it is found again as soon as the record comes. */
const isOfOtherProgram = (alarm: Alarm): boolean =>
  alarm.type === "UpdateNeeded" && alarm.what === "record";

/** The logs have settled what it was about. */
const isSettled = (alarm: Alarm, rows: ChainRows, { view, logs }: Watcher): boolean => {
  const endSeq = (chain: Parameters<typeof rows.get>[0]): number => {
    const row = rows.get(chain);
    return (row === undefined ? undefined : endSeqOf(view, row)) ?? Number.MAX_SAFE_INTEGER;
  };
  if (alarm.type === "Equivocation" || alarm.type === "ChainVoid")
    return endSeq(alarm.chain) < alarm.seq;
  if (alarm.type === "OtherIncarnation" || (alarm.type === "Cloned" && alarm.evidence === "open"))
    return endSeq(alarm.chain) < Number.MAX_SAFE_INTEGER;
  if (alarm.type === "ClaimMismatch") return endSeq(alarm.claimantChain) < Number.MAX_SAFE_INTEGER;
  if (alarm.type === "RotatedToOldKey") return currentEpoch(view.state).epoch > alarm.epoch;
  if (alarm.type === "LogStopped") return (logs.head(alarm.log)?.index ?? -1) >= alarm.index;
  if (alarm.type !== "LogForked") return false;
  const { log, index, theirs, evidence } = alarm;
  if (logs.idAt(log, index) === theirs) return true;
  // What the relay alone says of it ends when it says otherwise.
  if (log.kind !== LogKind.Vault || evidence === "relay") return false;
  const isOld = evidence === "claim" && logs.isBehindFork(log.log, index);
  return isOld || logs.isForkSettled(log.log, theirs);
};

/** What stopped a log that the vault relies on. */
export const judgeTrouble = (
  { book }: Pick<WatchState, "book">,
  trouble: LogTrouble,
  { vault, nowMs }: Pick<Watcher, "vault" | "nowMs">,
): AlarmBook => {
  const alarm = alarmOfTrouble(trouble, vault);
  return alarm === undefined ? book : raise(book, alarm, nowMs);
};

const alarmOfTrouble = (trouble: LogTrouble, vault: Watcher["vault"]): Alarm | undefined => {
  switch (trouble.type) {
    case "LogForked": {
      const { name: log, index, ours, theirs } = trouble;
      return {
        type: "LogForked",
        log,
        index: index + 1,
        ours,
        theirs,
        evidence: trouble.isSettled ? "relay" : "record",
        claimant: undefined,
      };
    }
    case "LogRefused":
      return logTrouble(vault, trouble.name, trouble.error);
    case "LogGap":
    case "LogUnplaced":
    case "IdentityNeeded":
      return undefined;
  }
};
