import { err, ok, type Result } from "@duro/crypto/types";
import { expect, test } from "vitest";
import type { CommitError, Durability, Write } from "../ports/localStore.ts";
import { createCommitQueue, gatheredByteLengthMax } from "./commitQueue.ts";

const put = (byte: number, byteLength = 1): Write => ({
  kind: "put",
  table: "facts",
  key: Uint8Array.of(byte),
  value: new Uint8Array(byteLength),
});
const full = err({ type: "StoreFull" } as const);

/** A database that notes what it was given, and a clock that somebody moves. */
const createPlace = () => {
  const written: { readonly keys: readonly number[]; readonly durability: Durability }[] = [];
  const timers = new Set<() => void>();
  const place = { outcome: ok(undefined) as Result<void, CommitError> };
  const queue = createCommitQueue({
    write: (writes, durability) => {
      const keys = writes.flatMap((write) => (write.kind === "put" ? [...write.key] : []));
      if (place.outcome.ok) written.push({ keys, durability });
      return place.outcome;
    },
    after: (_, callback) => {
      timers.add(callback);
      return () => timers.delete(callback);
    },
  });
  const tick = (): void => {
    const due = [...timers];
    timers.clear();
    for (const callback of due) callback();
  };
  return { place, queue, written, tick, timers };
};

test("what may be lost is confirmed at once, and written after a moment, in one piece", async () => {
  const { queue, written, tick } = createPlace();
  expect(await queue.commit([put(1)], "later")).toEqual(ok(undefined));
  expect(await queue.commit([put(2)], "later")).toEqual(ok(undefined));
  expect(written).toEqual([]);
  tick();
  expect(written).toEqual([{ keys: [1, 2], durability: "later" }]);
  tick();
  expect(written).toHaveLength(1);
});

test("what may not be lost takes along what came before it, in its order", async () => {
  const { queue, written, timers } = createPlace();
  await queue.commit([put(1)], "later");
  await Promise.all([queue.commit([put(2)], "now"), queue.commit([put(3)], "later")]);
  expect(written).toEqual([{ keys: [1, 2, 3], durability: "now" }]);
  expect(timers.size).toBe(0);
});

test("no more than a little waits in memory", async () => {
  const { queue, written } = createPlace();
  await queue.commit([put(1, gatheredByteLengthMax)], "later");
  expect(written).toEqual([]);
  await queue.commit([put(2)], "later");
  expect(written).toEqual([{ keys: [1, 2], durability: "now" }]);
});

test("what was confirmed outlives a disk without room, and what was not is told so", async () => {
  const { place, queue, written, tick } = createPlace();
  await queue.commit([put(1)], "later");
  place.outcome = full;
  tick();
  expect(queue.confirmed()).toEqual([put(1)]);
  expect(await queue.commit([put(2)], "later")).toEqual(full);
  expect(await queue.commit([put(3)], "now")).toEqual(full);
  expect(queue.flush()).toEqual(full);
  expect(queue.confirmed()).toEqual([put(1)]);
  place.outcome = ok(undefined);
  tick();
  expect(written).toEqual([{ keys: [1], durability: "later" }]);
  expect(await queue.commit([put(4)], "later")).toEqual(ok(undefined));
  expect(queue.confirmed()).toEqual([put(4)]);
});

test("closing writes what waits, and nothing is taken after it", async () => {
  const { queue, written, timers } = createPlace();
  void queue.commit([put(1)], "later");
  const last = queue.commit([put(2)], "now");
  queue.close();
  expect(await last).toEqual(ok(undefined));
  expect(written).toEqual([{ keys: [1, 2], durability: "now" }]);
  expect(timers.size).toBe(0);
  expect(await queue.commit([put(3)], "later")).toEqual(err({ type: "StoreClosed" }));
});
