import { expect, test } from "vitest";
import { parseSince } from "./parseSince.ts";

const nowMs = Date.UTC(2026, 10, 21, 12);
const dayMs = 86_400_000;

test.each([
  ["7d", nowMs - 7 * dayMs],
  ["12h", nowMs - dayMs / 2],
  ["2w", nowMs - 14 * dayMs],
  ["90m", nowMs - 5_400_000],
  [" 1d ", nowMs - dayMs],
  ["999999y", 0],
  ["2026-11-01", Date.UTC(2026, 10, 1)],
  ["2028-02-29", Date.UTC(2028, 1, 29)],
  ["2026", Date.UTC(2026, 0, 1)],
  ["2026-11", Date.UTC(2026, 10, 1)],
  ["2026-11-01T10:00:00Z", Date.UTC(2026, 10, 1, 10)],
  ["2026-11-01 10:00+02:00", Date.UTC(2026, 10, 1, 8)],
  ["2026-11-01T10:00:00.123Z", Date.UTC(2026, 10, 1, 10) + 123],
])("%s is a moment", (text, atMs) => {
  expect(parseSince(text, nowMs)).toEqual({ ok: true, value: atMs });
});

test.each([
  "",
  "yesterday",
  "7",
  "d",
  "-7d",
  "7 days",
  "2026-13-01",
  "2026-02-30",
  "2026-02-29T10:00Z",
  "2026-04-31 10:00",
  "1.5d",
  "Nov 1",
  "7d7d",
])("%j is none, and the problem says what is", (text) => {
  const parsed = parseSince(text, nowMs);
  expect(parsed).toMatchObject({ ok: false, error: { code: "BadSince", exit: 2 } });
});
