import { describe, expect, test } from "vitest";
import { settleOnce, startSettling, systemSettling } from "./settleMemory.ts";

const mib = 1_048_576;

const lookedAt = (
  { utilization, heap }: { utilization: number; heap: number },
  settled: number,
) => {
  let heapByteLength = heap;
  let collections = 0;
  const deps = {
    collect: () => {
      collections += 1;
      heapByteLength = 10 * mib;
    },
    heapByteLength: () => heapByteLength,
    utilization: () => utilization,
  };
  return { settled: settleOnce(deps, settled), collections };
};

describe("giving memory back", () => {
  test("happens when it is quiet and there is something to give", () => {
    expect(lookedAt({ utilization: 0.01, heap: 90 * mib }, 20 * mib)).toEqual({
      settled: 10 * mib,
      collections: 1,
    });
  });

  test("never happens while the relay has something to do", () => {
    expect(lookedAt({ utilization: 0.4, heap: 900 * mib }, 20 * mib)).toEqual({
      settled: 20 * mib,
      collections: 0,
    });
  });

  test("does not happen again and again for nothing", () => {
    expect(lookedAt({ utilization: 0, heap: 25 * mib }, 20 * mib).collections).toBe(0);
  });

  test("collects what nothing holds any more", () => {
    const deps = systemSettling();
    startSettling(deps).stop();
    let held: unknown[] | undefined = Array.from({ length: 400_000 }, (_, at) => ({ at }));
    const full = deps.heapByteLength();
    expect(held.length).toBe(400_000);
    held = undefined;
    deps.collect();
    expect(deps.heapByteLength()).toBeLessThan(full - 8 * mib);
  });
});
