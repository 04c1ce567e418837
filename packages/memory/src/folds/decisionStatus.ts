/**
 * What became of a decision. A verdict names those it had before it, and settles them. Two verdicts that
 * did not know of each other and differ leave the decision contested until somebody who has seen both
 * decides again; nothing is settled by being later (MEM7).
 */
import { type Verdict, verdicts } from "../entities/event.ts";
import type { EntryId } from "../ids.ts";
import type { Event } from "./events.ts";

export const statusByVerdict = {
  validate: "validated",
  partial: "partial",
  reverse: "reversed",
  supersede: "superseded",
} as const satisfies Record<Verdict, string>;

export type DecisionStatus = (typeof statusByVerdict)[Verdict] | "pending" | "contested";

export interface DecisionFold {
  readonly status: DecisionStatus;
  /** The verdicts that stand: none, one, or several that did not know of each other. */
  readonly standing: readonly Event[];
}

export const verdictOf = ({ core }: Event): Verdict | undefined =>
  verdicts.find((verdict) => verdict === core.t);

export const foldDecision = (events: readonly Event[]): DecisionFold => {
  const given = events.filter((event) => verdictOf(event) !== undefined);
  const reach = reachOf(given);
  const isSettled = ({ id }: Event): boolean =>
    given.some(
      (other) =>
        other.core.resolves?.includes(id) === true &&
        // Only made by hand: two that settle each other settle nothing.
        reach.get(id)?.has(other.id) !== true,
    );
  const standing = given.filter((event) => !isSettled(event));
  const kinds = new Set(standing.map(verdictOf));
  const newest = standing.at(-1);
  const verdict = newest === undefined ? undefined : verdictOf(newest);
  if (verdict === undefined) return { status: "pending", standing };
  return { status: kinds.size > 1 ? "contested" : statusByVerdict[verdict], standing };
};

/** For each verdict all that it settles, directly or through others. */
const reachOf = (given: readonly Event[]): ReadonlyMap<EntryId, ReadonlySet<string>> => {
  const resolvesById = new Map<string, readonly string[]>(
    given.map(({ id, core }) => [id, core.resolves ?? []]),
  );
  return new Map(
    given.map(({ id }) => {
      const reached = new Set<string>();
      const ahead = [...(resolvesById.get(id) ?? [])];
      for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
        if (reached.has(next)) continue;
        reached.add(next);
        ahead.push(...(resolvesById.get(next) ?? []));
      }
      return [id, reached];
    }),
  );
};
