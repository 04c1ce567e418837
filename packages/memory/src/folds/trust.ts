/**
 * Whose word an entry is. Only the first three are put before an agent that did not ask (MEM9).
 */
import type { Author } from "../memory.ts";
import type { Event } from "./events.ts";

/** Best first. */
export const trusts = ["user", "confirmed", "evidence", "model", "imported"] as const;
export type Trust = (typeof trusts)[number];

const isTrust = (value: unknown): value is Trust => trusts.some((trust) => trust === value);

/** An entry that somebody trusted said again is as good as their saying of it. */
export const bestTrust = (own: Trust, others: Iterable<unknown>): Trust =>
  [own, ...[...others].filter(isTrust)].reduce((best, one) =>
    trusts.indexOf(one) < trusts.indexOf(best) ? one : best,
  );

export const mayBeShownUnasked = (trust: Trust): boolean =>
  trust === "user" || trust === "confirmed" || trust === "evidence";

export interface TrustInput {
  readonly core: {
    readonly agent?: object | undefined;
    readonly origins?: readonly string[] | undefined;
    readonly provenance?: string | undefined;
  };
  readonly author: Author | undefined;
  readonly isAltered: boolean;
  /** Oldest first. */
  readonly events: readonly Event[];
}

export const trustOf = ({ core, author, isAltered, events }: TrustInput): Trust => {
  // Nobody vouches for it, or somebody else's words stand in it: no later word heals that.
  if (isAltered || author === undefined) return "imported";
  const isImported = (core.origins ?? []).length > 0 || core.provenance === "web";
  const atBirth = isImported ? "imported" : core.agent === undefined ? "user" : "model";
  if (atBirth === "user") return atBirth;
  const own = events.filter(isOwn);
  const lastNo = own.findLastIndex(({ core: { t, by } }) => t === "reject" && by === "user");
  const since = own.slice(lastNo + 1);
  if (since.some(({ core: { t, by } }) => t === "confirm" && by === "user")) return "confirmed";
  return since.some(isProof) ? "evidence" : atBirth;
};

/** What came in a file is what the file says, not what happened here. */
const isOwn = ({ core, author }: Event): boolean =>
  author !== undefined && (core.origins ?? []).length === 0;

const isProof = ({ core: { t, evidence, result } }: Event): boolean =>
  (t === "validate" || t === "confirm") &&
  result !== "failed" &&
  (evidence?.test !== undefined || evidence?.commit !== undefined);
