/** Several devices do anything at all, hear of each other in any order, and end with one memory. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { edit } from "./commands/edit.ts";
import { forget, purge, sweep, undoForget } from "./commands/forget.ts";
import { judge, validate } from "./commands/judge.ts";
import { list } from "./commands/list.ts";
import { markDuplicates } from "./commands/duplicates.ts";
import { exportDoc } from "./exchange/exportDoc.ts";
import { exportToJson } from "./exchange/exportJson.ts";
import { decide, remember } from "./commands/remember.ts";
import { docNames } from "./docs/directory.ts";
import type { EntryId } from "./ids.ts";
import { aDay, createWorld, valueOf, type Device, type World } from "./testing/replicas.ts";

const deviceNames = ["laptop", "tower", "phone"];

const step = fc.record({
  who: fc.constantFrom(...deviceNames),
  what: fc.constantFrom(
    "remember",
    "decide",
    "edit",
    "reword",
    "validate",
    "reverse",
    "confirm",
    "forget",
    "undo",
    "purge",
    "sweep",
    "duplicates",
    "hear",
    "wait",
  ),
  which: fc.nat(30),
  word: fc.constantFrom("port 5432", "Port 5432.", "use SQLite", "retry twice"),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const idsOn = ({ memory }: Device): readonly EntryId[] =>
  valueOf(list(memory, { withHidden: true, limit: 1_000 })).items.map(({ id }) => id);

const markAll = ({ memory }: Device): unknown => markDuplicates(memory, valueOf(docNames(memory)));

const shuffledBy =
  (keys: readonly number[]) =>
  <T>(all: readonly T[]): readonly T[] =>
    all
      .map((one, index) => ({ one, key: keys[index % keys.length] ?? 0 }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ one }) => one);

const play = (world: World, { who, what, which, word }: Step): unknown => {
  const device = world.device(who);
  const { memory } = device;
  if (what === "remember") return remember(memory, { claim: word, tags: [word] });
  if (what === "decide") return decide(memory, { decision: word });
  if (what === "hear") return world.exchange(shuffledBy([which, 7, 3, which * 5]), who);
  if (what === "wait") return (world.clock.nowMs += which * aDay);
  if (what === "duplicates") return markAll(device);
  if (what === "sweep") return valueOf(docNames(memory)).map((name) => sweep(memory, name));
  const ids = idsOn(device);
  const id = ids[which % Math.max(1, ids.length)];
  if (id === undefined) return undefined;
  if (what === "edit") return edit(memory, id, { addTags: [who], isPinned: which % 2 === 0 });
  if (what === "reword") return edit(memory, id, { text: word, confidence: 0.7 });
  if (what === "validate") return validate(memory, id, { status: "validated", by: "user" });
  if (what === "reverse") return validate(memory, id, { status: "reversed", by: "user" });
  if (what === "confirm") return judge(memory, id, { t: "confirm", by: "user" });
  if (what === "forget") return forget(memory, [id]);
  return what === "undo" ? undoForget(memory, [id]) : purge(memory, [id]);
};

const exportedBy = ({ memory }: Device): string =>
  exportToJson(valueOf(docNames(memory)).map((name) => valueOf(exportDoc(memory, name))));

const seenBy = (device: Device, withHidden: boolean): string =>
  JSON.stringify(valueOf(list(device.memory, { withHidden, limit: 1_000 })).items);

describe("devices that have exchanged everything", () => {
  test("[MEM8] [MEM12] see the same and export the same bytes, whatever they did and in whatever order they heard of it", () => {
    const keys = fc.array(fc.nat(1_000), { minLength: 7, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), keys, (steps, order) => {
        const world = createWorld({ clockErrorMs: { tower: 90_000, phone: -3_600_000 } });
        const devices = deviceNames.map((name) => world.device(name));
        for (const one of steps) play(world, one);
        // Clocks differ, and what is folded at a time is to be compared at one.
        const readers = ["first", "second", "third"].map((name) => world.device(name));
        for (const [index, { name }] of [...devices, ...readers].entries())
          world.exchange(shuffledBy([index * 100, ...order, index * 50]), name);
        for (const withHidden of [true, false])
          expect(new Set(readers.map((one) => seenBy(one, withHidden))).size).toBe(1);
        const exports = [...devices, ...readers].map(exportedBy);
        expect(new Set(exports).size).toBe(1);
        const onDevices = devices.map((one) => idsOn(one).join());
        expect(new Set(onDevices).size).toBe(1);
      }),
      { numRuns: 120 },
    );
  });

  test("[MEM8] that mark duplicates each for itself end with one shown for each claim", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const world = createWorld();
        const devices = deviceNames.map((name) => world.device(name));
        for (const one of steps) play(world, one);
        // A mark can uncover an older one of a circle, so it takes a second round at most.
        for (let round = 0; round < 3; round += 1) {
          for (const device of devices) markAll(device);
          world.exchange();
        }
        const items = valueOf(list(world.device("laptop").memory, { limit: 1_000 })).items;
        const claims = items.map(
          ({ type, text }) => `${type} ${text.toLowerCase().replace(".", "")}`,
        );
        expect(claims.toSorted()).toEqual([...new Set(claims)].toSorted());
        for (const device of devices)
          expect(seenBy(device, false)).toBe(seenBy(world.device("laptop"), false));
      }),
      { numRuns: 80 },
    );
  });
});
