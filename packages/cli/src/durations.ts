/** Lengths of time, as people write and read them. */
import { counted } from "./counted.ts";

export const dayMs = 86_400_000;

export const msByUnit: ReadonlyMap<string, number> = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", dayMs],
  ["w", 7 * dayMs],
  ["y", 365 * dayMs],
]);

/** `90`, `20s`, `15m`, `1h`, `7d`: a number alone is of seconds. Undefined: it is none of those. */
export const parseDurationMs = (text: string): number | undefined => {
  const { amount, unit } =
    /^(?<amount>\d{1,9}(?:\.\d{1,3})?)(?<unit>s|m|h|d|w)?$/u.exec(text.trim())?.groups ?? {};
  if (amount === undefined) return undefined;
  return Number(amount) * (msByUnit.get(unit ?? "s") ?? 0);
};

/** "3 minutes ago", for people; what is older than a month by its day. */
export const agoText = (iso: string | null, nowMs: number): string => {
  if (iso === null) return "never";
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1_000));
  for (const [limit, size, word] of steps)
    if (seconds < limit) {
      const count = Math.floor(seconds / size);
      return count === 0 ? "just now" : `${counted(count, word)} ago`;
    }
  return iso.slice(0, "2026-11-21".length);
};

const steps: readonly (readonly [limit: number, size: number, word: string])[] = [
  [60, 60, "minute"],
  [3_600, 60, "minute"],
  [86_400, 3_600, "hour"],
  [2_678_400, 86_400, "day"],
];
