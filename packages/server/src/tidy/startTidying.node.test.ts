import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openMemoryTidyStores } from "../testing/memoryTidyStores.ts";
import { createKnownLogs } from "../relay/knownLogs.ts";
import type { TidyingReport } from "./runTidying.ts";
import { startTidying, tidyingIntervalMs, type TidyingLoopDeps } from "./startTidying.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const start = (changed: Partial<TidyingLoopDeps> = {}) => {
  const stores = openMemoryTidyStores();
  const rounds: TidyingReport[] = [];
  const failures: string[] = [];
  const deps: TidyingLoopDeps = {
    ...stores,
    logs: createKnownLogs(stores.logStore),
    nowMs: () => 1,
    randomBytes: () => new Uint8Array([128, 0]),
    onRound: (report) => void rounds.push(report),
    onFailure: (where) => void failures.push(where),
    ...changed,
  };
  return { tidying: startTidying(deps), rounds, failures, deps };
};

describe("tidying goes round", () => {
  test("every few minutes, until it is stopped", async () => {
    const { tidying, rounds } = start();
    await vi.advanceTimersByTimeAsync(tidyingIntervalMs - 1);
    expect(rounds).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(rounds).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2 * tidyingIntervalMs);
    expect(rounds).toHaveLength(3);
    await tidying.stop();
    await vi.advanceTimersByTimeAsync(10 * tidyingIntervalMs);
    expect(rounds).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ["half of the interval", [0, 0], tidyingIntervalMs / 2],
    ["one and a half", [255, 255], 1.5 * tidyingIntervalMs],
  ])("after %s, as chance wants it", async (_, bytes, waitMs) => {
    const { tidying, rounds } = start({ randomBytes: () => new Uint8Array(bytes) });
    await vi.advanceTimersByTimeAsync(waitMs - 10);
    expect(rounds).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(10);
    expect(rounds).toHaveLength(1);
    await tidying.stop();
  });

  test("again after one that failed", async () => {
    const { tidyStore } = openMemoryTidyStores();
    let tryCount = 0;
    const alone: typeof tidyStore.alone = (work) => {
      tryCount += 1;
      return tryCount === 1 ? Promise.reject(new RangeError("no database")) : tidyStore.alone(work);
    };
    const { tidying, rounds, failures } = start({ tidyStore: { ...tidyStore, alone } });
    await vi.advanceTimersByTimeAsync(2 * tidyingIntervalMs);
    expect(failures).toEqual(["tidying"]);
    expect(rounds).toHaveLength(1);
    await tidying.stop();
  });
});

test("stopping waits for the round that is under way, and tells it to stop", async () => {
  const { mailboxStore } = openMemoryTidyStores();
  let release = (): void => {};
  const removeExpired = () => new Promise<number>((resolve) => (release = () => resolve(1)));
  const { tidying, rounds } = start({ mailboxStore: { ...mailboxStore, removeExpired } });
  await vi.advanceTimersByTimeAsync(tidyingIntervalMs);
  let isStopped = false;
  const stopped = tidying.stop().then(() => (isStopped = true));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(isStopped).toBe(false);
  release();
  await stopped;
  expect(rounds).toMatchObject([{ isWhole: false, removedMailboxCount: 1 }]);
  expect(vi.getTimerCount()).toBe(0);
});
