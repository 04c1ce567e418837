/** A moment as people write it: a date, or how long ago. */

const msByUnit: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Undefined where it is neither ISO 8601 nor `7d`, `12h`, `30m`. */
export const parseSince = (text: string, nowMs: number): number | undefined => {
  const { count, unit } = /^(?<count>\d{1,6})(?<unit>[smhdw])$/u.exec(text.trim())?.groups ?? {};
  if (count !== undefined && unit !== undefined)
    return nowMs - Number(count) * (msByUnit[unit] ?? 0);
  const ms = /^\d{4}-\d\d(?:-\d\d)?/u.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};
