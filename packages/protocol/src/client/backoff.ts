/** How long to wait before the next dial: growing, and spread over all machines that wait. */
import { backoffBaseMs, backoffMaxMs, connectionLastedMs, retryAfterMsMax } from "../times.ts";
import type { Link } from "./clientState.ts";
import type { Ended } from "./ended.ts";

/** Full jitter: anything up to a bound that doubles. */
export const backoffMs = (failureCount: number, jitter: number): number =>
  Math.floor(jitter * Math.min(backoffMaxMs, backoffBaseMs * 2 ** failureCount));

/** A relay that takes connections and drops them at once is not a relay that works. */
export const isLasting = (link: Link, timeMs: number): boolean =>
  link.kind === "ready" && timeMs - link.sinceMs >= connectionLastedMs;

/** What a relay asks for, as far as it may ask. */
export const retryAfterMsOf = (facts: Readonly<Record<string, string>>): number => {
  const asked = Number(facts["retryAfterMs"] ?? 0);
  return Number.isFinite(asked) ? Math.min(retryAfterMsMax, Math.max(0, asked)) : 0;
};

export const imposedMs = (ended: Ended): number =>
  ended.kind === "refused" ? retryAfterMsOf(ended.refusal.facts) : 0;
