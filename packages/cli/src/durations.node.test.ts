import { describe, expect, test } from "vitest";
import { agoText, parseDurationMs } from "./durations.ts";

describe("a duration", () => {
  test.each([
    ["20", 20_000],
    ["20s", 20_000],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    [" 15m ", 900_000],
  ])("%s is %i ms", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.each(["", "h", "-3s", "3 s", "1e9", "10y", "Infinity"])("%j is none", (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});

test("a time is told by how long ago it was, and a far one by its day", () => {
  const nowMs = Date.parse("2026-11-21T12:00:00Z");
  expect(agoText("2026-11-21T11:59:40Z", nowMs)).toBe("just now");
  expect(agoText("2026-11-21T11:58:00Z", nowMs)).toBe("2 minutes ago");
  expect(agoText("2026-11-21T11:00:00Z", nowMs)).toBe("1 hour ago");
  expect(agoText("2026-11-18T11:00:00Z", nowMs)).toBe("3 days ago");
  expect(agoText("2025-11-18T11:00:00Z", nowMs)).toBe("2025-11-18");
  expect(agoText(null, nowMs)).toBe("never");
});
