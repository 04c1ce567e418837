/** How sure we are of an entry now: what it was born with, what events added, and what time took. */
import type { EventType } from "../entities/event.ts";
import type { FactKind } from "../entities/fact.ts";
import type { Event } from "./events.ts";

/** A rejection weighs more than the strongest yes: being wrong costs more than being forgotten. */
const weightByType: Readonly<Record<EventType, number>> = {
  validate: 0.15,
  partial: 0.05,
  reverse: -0.25,
  supersede: 0,
  reinforce: 0.02,
  weaken: -0.05,
  review: 0,
  confirm: 0.1,
  reject: -0.4,
};

/** After so many days without a touch half is left. What somebody likes does not fade. */
const halfLifeDaysByKind: Readonly<Record<FactKind | "decision", number>> = {
  gotcha: 180,
  fact: 120,
  reference: 365,
  procedure: 240,
  preference: Number.POSITIVE_INFINITY,
  decision: 365,
};

/** Never sure, never refuted: both ends could not be left again. */
const lowest = 0.05;
const highest = 0.99;
const dayMs = 86_400_000;
/** Four digits: engines may differ in the last bits of a power, and nobody may see it. */
const precision = 10_000;

export interface ConfidenceInput {
  readonly atBirth: number;
  readonly bornMs: number;
  readonly kind: FactKind | "decision";
  readonly isPinned: boolean;
  /** Oldest first. */
  readonly events: readonly Event[];
  readonly nowMs: number;
}

export const confidenceAt = (input: ConfidenceInput): number => {
  const { atBirth, bornMs, kind, isPinned, events, nowMs } = input;
  const set = events.findLastIndex(
    ({ core }) => core.t === "review" && core.confidence !== undefined,
  );
  const base = events[set]?.core.confidence ?? atBirth;
  const sum = base + weightOf(events.slice(set + 1));
  const touchedMs = Math.max(bornMs, ...events.map(({ atMs }) => atMs));
  const days = Math.max(0, nowMs - touchedMs) / dayMs;
  const decay = isPinned ? 1 : 2 ** (-days / halfLifeDaysByKind[kind]);
  const clamped = Math.min(highest, Math.max(lowest, Math.min(1, Math.max(0, sum)) * decay));
  return Math.round(clamped * precision) / precision;
};

/** One of each type, device and day: a loop that repeats itself convinces nobody. */
const weightOf = (events: readonly Event[]): number => {
  const counted = new Map(
    events.map(({ core, author, atMs }) => [
      `${core.t} ${Math.floor(atMs / dayMs)} ${author?.device ?? ""}`,
      weightByType[core.t],
    ]),
  );
  return [...counted.values()].reduce((sum, weight) => sum + weight, 0);
};
