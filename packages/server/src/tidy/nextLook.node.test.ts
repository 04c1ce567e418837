import { describe, expect, test } from "vitest";
import { checkpointOf, dayMs, factsOf, nowMs, says } from "../testing/tidyFacts.ts";
import type { Judgement } from "./judgeCheckpoint.ts";
import { nextLookMs } from "./nextLook.ts";

const monthMs = 30 * dayMs;
const hourMs = dayMs / 24;

interface Looked {
  readonly judgement?: Judgement;
  readonly storedAtMs?: number;
  readonly writtenAtMs?: number;
  readonly blobs?: readonly number[];
  readonly here?: readonly number[];
  readonly trashedAtMs?: number;
}

/** One checkpoint of today, whose author wrote today. */
const nextOf = ({
  judgement = "counts",
  storedAtMs = nowMs,
  writtenAtMs = nowMs,
  blobs = [],
  here = [],
  trashedAtMs,
}: Looked = {}) =>
  nextLookMs(
    factsOf({ writtenAtMs: { 1: writtenAtMs }, blobs: here }),
    [{ ...checkpointOf({ storedAtMs, says: says({ 1: 3 }, blobs) }), judgement }],
    trashedAtMs,
  );

test("a vault without checkpoints and trash is looked at when something is stored, and not before", () => {
  expect(nextLookMs(factsOf(), [], undefined)).toBeUndefined();
  expect(nextLookMs(factsOf(), [], nowMs)).toBe(nowMs + dayMs);
});

describe("a vault with a checkpoint is looked at", () => {
  test("daily, since a blob may be dropped", () => {
    expect(nextOf()).toBe(nowMs + dayMs);
  });

  test("hourly while blobs are all it waits for", () => {
    expect(nextOf({ judgement: "waiting", blobs: [1, 2], here: [1] })).toBe(nowMs + hourMs);
    expect(nextOf({ judgement: "waiting", blobs: [1], here: [1] })).toBe(nowMs + dayMs);
    expect(nextOf({ judgement: "void", blobs: [1] })).toBe(nowMs + dayMs);
  });

  test("when it is 30 days old", () => {
    const storedAtMs = nowMs - monthMs + 5;
    expect(nextOf({ storedAtMs })).toBe(nowMs + 5);
    expect(nextOf({ storedAtMs: nowMs - monthMs })).toBe(nowMs + dayMs);
  });

  test("when a writer has been silent for 30 days", () => {
    expect(nextOf({ writtenAtMs: nowMs - monthMs + 7 })).toBe(nowMs + 7);
    expect(nextOf({ writtenAtMs: nowMs - monthMs })).toBe(nowMs + dayMs);
  });

  test("when the oldest body has been in the trash for 14 days", () => {
    expect(nextOf({ trashedAtMs: nowMs - 14 * dayMs + 9 })).toBe(nowMs + 9);
    expect(nextOf({ trashedAtMs: nowMs - 14 * dayMs })).toBe(nowMs + dayMs);
  });
});
