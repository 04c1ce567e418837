/** What a gathered job changes in what a watch knows. Pure, so that it can be said twice: before a commit and behind it. */
import { LogKind } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { type ChainId, type DeviceId, type UserId, Verdict } from "@duro/protocol";
import type { Alarm } from "../alarms/alarms.ts";
import { addClaims, settleClaims } from "../alarms/chainClaims.ts";
import { forgetClaims, type Said } from "../alarms/claims.ts";
import { openSeen } from "../alarms/incarnations.ts";
import { addLogClaims, addNamedRecord } from "../alarms/logClaims.ts";
import { type AlarmBook, clear, raise } from "../alarms/standing.ts";
import { chainVoid, checkpointMismatch } from "../alarms/verdicts.ts";
import type { FollowedLogs } from "../logs/followedLogs.ts";
import type { LogView } from "../vault/view.ts";
import type { CountedEntry, CountedJob } from "./counted.ts";
import { knownChainsOf, knownLogsOf } from "./known.ts";
import { heardNow, type WatchNotes } from "./watchNotes.ts";
import type { WatchState } from "./watchState.ts";

export interface Watcher {
  readonly vault: LogView["state"]["vault"];
  readonly view: LogView;
  readonly logs: FollowedLogs;
  readonly device: DeviceId;
  readonly ownChain: ChainId;
  readonly nowMs: number;
}

export const judgeCounted = (state: WatchState, job: CountedJob, at: Watcher): WatchState => {
  const { vault, view, ownChain, nowMs } = at;
  const logs = knownLogsOf(at.logs);
  const readUntil = new Map(state.readUntil);
  const known = knownChainsOf({
    vault,
    view,
    ownChain,
    rowOf: job.rowOf,
    readUntil,
    idAt: job.idAt,
  });
  const alarms: Alarm[] = [];
  let { claims, notes, book } = state;
  for (const entry of job.entries) {
    const { by, marks } = entry;
    if (by.seq <= (readUntil.get(by.chain) ?? 0)) continue;
    const claimed = addClaims(claims, by, marks, known);
    const claimedLogs = addLogClaims(claimed.claims, by, entry.logs, logs);
    ({ claims } = claimedLogs);
    alarms.push(...claimed.alarms, ...claimedLogs.alarms);
    book = judgeAttest(entry, book, { ...at, user: job.rowOf(by.chain)?.user });
    readUntil.set(by.chain, by.seq);
    const opened = judgeOpening(notes, entry, at);
    ({ notes } = opened);
    alarms.push(...opened.alarms);
    const former = entry.opening?.plaintext.predecessor?.chain;
    book = clear(book, (alarm) => alarm.type === "ChainVoid" && alarm.chain === former, nowMs);
  }
  for (const { by, marks } of job.held) {
    const claimed = addClaims(claims, by, marks, known);
    ({ claims } = claimed);
    alarms.push(...claimed.alarms);
  }
  for (const { by, record } of job.named)
    claims = addNamedRecord(
      claims,
      by,
      { log: { kind: LogKind.Vault, log: vault }, id: record },
      logs,
    );
  for (const { row, seq, why } of job.voids) {
    claims = forgetClaims(claims, row.chain, seq);
    alarms.push(chainVoid({ vault, chain: row.chain, device: row.device, seq }, { type: why }));
  }
  for (const { chain, device, counted } of job.rows) {
    if (counted > (readUntil.get(chain) ?? 0)) readUntil.set(chain, counted);
    if (device !== at.device) notes = heardNow(notes, device, nowMs);
  }
  const settled = settleClaims(claims, [ownChain, ...job.rows.map(({ chain }) => chain)], known);
  for (const alarm of [...alarms, ...settled.alarms]) book = raise(book, alarm, nowMs);
  return { ...state, claims: settled.claims, notes, book, readUntil };
};

/** What our own envelope says: whoever claimed more of our chain than it is, and was read, is refuted by it. */
export const judgeSaid = (
  state: WatchState,
  { seq, marks }: { readonly seq: number; readonly marks: readonly Said[] },
  rowOf: CountedJob["rowOf"],
  at: Watcher,
): WatchState => {
  const { vault, view, ownChain, device, nowMs } = at;
  const { readUntil } = state;
  const known = knownChainsOf({ vault, view, ownChain, rowOf, readUntil, idAt: () => undefined });
  const claimed = addClaims(state.claims, { chain: ownChain, device, seq }, marks, known);
  let { book } = state;
  for (const alarm of claimed.alarms) book = raise(book, alarm, nowMs);
  return { ...state, claims: claimed.claims, book };
};

const judgeOpening = (
  notes: WatchNotes,
  { by, opening }: CountedEntry,
  at: Watcher,
): { readonly notes: WatchNotes; readonly alarms: readonly Alarm[] } => {
  if (opening === undefined || notes.opens.has(by.chain)) return { notes, alarms: [] };
  const before = [...notes.opens].flatMap(([chain, device]) =>
    device === by.device ? [chain] : [],
  );
  const seen = openSeen(
    { vault: at.vault, chain: by.chain, device: by.device, reason: opening.plaintext.reason },
    { ownDevice: at.device, ownChains: notes.ownChains, before },
  );
  const known = { ...notes, opens: new Map(notes.opens).set(by.chain, by.device) };
  return { notes: known, alarms: seen === undefined || !notes.hasCaughtUp ? [] : [seen] };
};

/** Only who writes there may hold up what rests on a checkpoint. */
const judgeAttest = (
  { by, attest }: CountedEntry,
  book: AlarmBook,
  { vault, view, user, nowMs }: Watcher & { readonly user: UserId | undefined },
): AlarmBook => {
  if (attest === undefined) return book;
  if (attest.clear.verdict === Verdict.Ok)
    return clear(
      book,
      (alarm) => alarm.type === "CheckpointMismatch" && alarm.attester === by.device,
      nowMs,
    );
  const role = user === undefined ? undefined : view.state.members.get(user)?.role;
  const isActiveWriter = role !== undefined && role >= Role.Writer;
  const facts = { attester: by.device, author: undefined, isActiveWriter };
  const mismatch = checkpointMismatch(vault, attest, facts);
  return mismatch === undefined ? book : raise(book, mismatch, nowMs);
};
