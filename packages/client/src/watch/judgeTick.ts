/** What time brings to light: what does not come, and who is not heard. */
import { isActiveFull, Role } from "@duro/crypto/verify";
import type { ChainId } from "@duro/protocol";
import type { Alarm } from "../alarms/alarms.ts";
import { tickClaims } from "../alarms/claims.ts";
import { type HeardDevice, staleDevices } from "../alarms/devices.ts";
import { reconcile } from "../alarms/standing.ts";
import { isWithheld, withheld } from "../alarms/withheld.ts";
import type { Hold } from "../vault/advance.ts";
import type { Watcher } from "./judgeCounted.ts";
import type { ChainRows } from "./judgeHeads.ts";
import { knownChainsOf, knownLogsOf } from "./known.ts";
import type { WatchNotes } from "./watchNotes.ts";
import type { WatchState } from "./watchState.ts";

export interface Moment {
  readonly rows: ChainRows;
  readonly holds: ReadonlyMap<ChainId, Hold>;
  readonly isBlocked: boolean;
}

/** `reach` as it is from now on. */
export const judgeTick = (
  state: WatchState,
  reach: WatchState["reach"],
  { rows, holds, isBlocked }: Moment,
  at: Watcher,
): WatchState => {
  const { vault, view, ownChain, nowMs } = at;
  const claims = tickClaims(state.claims, isBlocked ? { kind: "away" } : reach, nowMs);
  const { readUntil, relay } = state;
  const rowOf = (chain: ChainId) => rows.get(chain);
  const known = knownChainsOf({ vault, view, ownChain, rowOf, readUntil, idAt: () => undefined });
  const offered = new Map(relay?.chains.map(({ chain, seq }) => [chain, seq]));
  const offeredSeq = (chain: ChainId): number => offered.get(chain) ?? 0;
  const found = withheld({ claims, known, logs: knownLogsOf(at.logs), offeredSeq });
  let book = reconcile(state.book, isWithheld, found, nowMs);
  book = reconcile(book, isOfEnvelopes, updatesNeeded(vault, holds), nowMs);
  if (reach.kind !== "live") return { ...state, claims, reach, book };
  const notes = withNewDevices(state.notes, at);
  const stale = staleDevices(vault, heardDevices(notes, at), nowMs);
  book = reconcile(book, ({ type }) => type === "StaleDevice", stale, nowMs);
  return { ...state, claims, reach, notes, book };
};

const isOfEnvelopes = (alarm: Alarm): boolean =>
  alarm.type === "UpdateNeeded" && alarm.what === "envelope";

const updatesNeeded = (vault: Watcher["vault"], holds: Moment["holds"]): readonly Alarm[] =>
  [...holds.values()].some(({ why }) => why === "a newer version")
    ? [{ type: "UpdateNeeded", vault, what: "envelope" }]
    : [];

/** The active full devices of writers, ours aside. */
const othersOf = ({ view, device }: Watcher) =>
  [...view.state.members].flatMap(([user, { role }]) =>
    role < Role.Writer
      ? []
      : [...(view.identity(user)?.devices.values() ?? [])].filter(
          (other) => isActiveFull(other) && other.id !== device,
        ),
  );

/** A device of which nothing ever came is missed from when it is first known here. */
const withNewDevices = (notes: WatchNotes, at: Watcher): WatchNotes => {
  const unknown = othersOf(at).filter(({ id }) => !notes.heard.has(id));
  if (unknown.length === 0) return notes;
  const added = unknown.map(({ id }) => [id, at.nowMs] as const);
  return { ...notes, heard: new Map([...notes.heard, ...added]) };
};

const heardDevices = ({ heard }: WatchNotes, at: Watcher): readonly HeardDevice[] =>
  othersOf(at).map(({ id }) => ({ device: id, lastHeardMs: heard.get(id) ?? at.nowMs }));
