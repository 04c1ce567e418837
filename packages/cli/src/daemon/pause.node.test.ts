import { assert, describe, expect, test } from "vitest";
import { createPause } from "./pause.ts";
import type { Settings, SettingsFile } from "./settings.ts";

const silentLog = { info: () => {}, warn: () => {}, error: () => {} };

/** A pause over settings in memory, with a clock that a test turns. */
const setUp = (first: Settings = {}) => {
  let now: Settings = first;
  let atMs = 1_000;
  const waiting = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  const told: boolean[] = [];
  const settings: SettingsFile = {
    get now() {
      return now;
    },
    change: async (change) => {
      now = { ...now, ...change };
    },
  };
  const pause = createPause({
    settings,
    log: silentLog,
    clock: {
      nowMs: () => atMs,
      after: (ms, run) => {
        const one = { dueMs: atMs + ms, run };
        waiting.add(one);
        return () => waiting.delete(one);
      },
    },
    onChange: (isPaused) => told.push(isPaused),
  });
  const turnTo = async (ms: number): Promise<void> => {
    atMs = ms;
    for (const one of waiting) {
      if (one.dueMs > ms) continue;
      waiting.delete(one);
      one.run();
    }
    await Promise.resolve();
    await Promise.resolve();
  };
  return { pause, settings, told, turnTo, waiting };
};

describe("a pause", () => {
  test("ends by itself when its time is over, and not before", async () => {
    const { pause, settings, told, turnTo } = setUp();
    await pause.set(5_000);
    await turnTo(4_999);
    expect(settings.now.pausedUntil).toBe(5_000);
    await turnTo(5_000);
    expect(settings.now.pausedUntil).toBeUndefined();
    expect(told).toEqual([true, false]);
  });

  test("without an end stays until somebody resumes", async () => {
    const { pause, settings, waiting } = setUp();
    await pause.set("always");
    expect(waiting.size).toBe(0);
    await pause.set(undefined);
    expect(settings.now.pausedUntil).toBeUndefined();
  });

  test("that is set anew ends at the new time only", async () => {
    const { pause, settings, turnTo, waiting } = setUp();
    await pause.set(5_000);
    await pause.set(9_000);
    expect(waiting.size).toBe(1);
    await turnTo(5_000);
    expect(settings.now.pausedUntil).toBe(9_000);
  });

  test("that was over before the daemon began is over", async () => {
    const { pause, settings, waiting } = setUp({ pausedUntil: 500 });
    await pause.begin();
    expect(settings.now.pausedUntil).toBeUndefined();
    expect(waiting.size).toBe(0);
  });

  test("that goes on over a restart still ends in time", async () => {
    const { pause, settings, turnTo } = setUp({ pausedUntil: 5_000 });
    await pause.begin();
    assert(settings.now.pausedUntil === 5_000);
    await turnTo(5_000);
    expect(settings.now.pausedUntil).toBeUndefined();
  });
});
