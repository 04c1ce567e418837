import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { edit } from "../commands/edit.ts";
import { show } from "../commands/find.ts";
import { judge } from "../commands/judge.ts";
import { decide, remember } from "../commands/remember.ts";
import type { EntryId } from "../ids.ts";
import { aDay, createWorld, valueOf, type World } from "../testing/replicas.ts";

const confidenceOf = (world: World, id: EntryId, device = "laptop"): number => {
  const item = valueOf(show(world.device(device).memory, id));
  return item.type === "fact" || item.type === "decision" ? item.confidence : Number.NaN;
};

const aFact = (world: World, more: object = {}): EntryId =>
  valueOf(remember(world.device("laptop").memory, { claim: "x", confidence: 0.8, ...more })).id;

describe("[MEM11] confidence", () => {
  test.each([
    ["gotcha", 180],
    ["fact", 120],
    ["reference", 365],
    ["procedure", 240],
  ] as const)("of a %s halves in %i days", (kind, days) => {
    const world = createWorld();
    const id = aFact(world, { kind });
    expect(confidenceOf(world, id)).toBe(0.8);
    world.clock.nowMs += days * aDay;
    expect(confidenceOf(world, id)).toBe(0.4);
  });

  test("of a preference, and of what is pinned, does not fade", () => {
    const world = createWorld();
    const liked = aFact(world, { kind: "preference" });
    const pinned = aFact(world);
    valueOf(edit(world.device("laptop").memory, pinned, { isPinned: true }));
    world.clock.nowMs += 1_000 * aDay;
    expect([confidenceOf(world, liked), confidenceOf(world, pinned)]).toEqual([0.8, 0.8]);
    valueOf(edit(world.device("laptop").memory, pinned, { isPinned: false }));
    expect(confidenceOf(world, pinned)).toBe(0.05);
  });

  test("rises and falls by events, which also wake it", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const id = aFact(world, { confidence: 0.5 });
    world.clock.nowMs += 120 * aDay;
    valueOf(judge(memory, id, { t: "confirm", by: "user" }));
    expect(confidenceOf(world, id)).toBe(0.6);
    valueOf(judge(memory, id, { t: "weaken", by: "agent" }));
    expect(confidenceOf(world, id)).toBe(0.55);
    valueOf(judge(memory, id, { t: "reject", by: "user" }));
    expect(confidenceOf(world, id)).toBe(0.15);
  });

  test("gets no more out of a loop that repeats itself on one day", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const id = aFact(world, { confidence: 0.5 });
    for (let round = 0; round < 30; round += 1)
      valueOf(judge(memory, id, { t: "reinforce", by: "agent" }));
    expect(confidenceOf(world, id)).toBe(0.52);
  });

  test("starts anew at a review that names one", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const id = aFact(world);
    valueOf(judge(memory, id, { t: "confirm", by: "user" }));
    valueOf(edit(memory, id, { confidence: 0.3 }));
    expect(confidenceOf(world, id)).toBe(0.3);
    valueOf(judge(memory, id, { t: "weaken", by: "user" }));
    expect(confidenceOf(world, id)).toBe(0.25);
  });

  test("[MEM5] is what was said last, also within one millisecond and by a device whose clock is behind", () => {
    const world = createWorld({ clockErrorMs: { tower: -60_000 } });
    const tower = world.device("tower").memory;
    const id = aFact(world);
    world.exchange();
    for (let round = 1; round <= 9; round += 1) {
      const memory = round % 2 === 0 ? tower : world.device("laptop").memory;
      valueOf(edit(memory, id, { confidence: round / 10 }));
      world.exchange();
      expect(confidenceOf(world, id)).toBe(round / 10);
    }
  });

  test("of a decision starts in the middle and halves in a year", () => {
    const world = createWorld();
    const { id } = valueOf(decide(world.device("laptop").memory, { decision: "d" }));
    expect(confidenceOf(world, id)).toBe(0.5);
    world.clock.nowMs += 365 * aDay;
    expect(confidenceOf(world, id)).toBe(0.25);
  });

  test("stays between 0.05 and 0.99 and is the same on every device", () => {
    const word = fc.constantFrom("reinforce", "weaken", "confirm", "reject" as const);
    const step = fc.record({
      who: fc.constantFrom("laptop", "tower"),
      t: word,
      days: fc.nat(40),
      isHeard: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const world = createWorld();
        const id = aFact(world);
        world.exchange();
        world.device("tower");
        world.exchange();
        for (const { who, t, days, isHeard } of steps) {
          valueOf(judge(world.device(who).memory, id, { t, by: "user" }));
          world.clock.nowMs += days * aDay;
          if (isHeard) world.exchange();
        }
        world.exchange();
        const confidence = confidenceOf(world, id);
        expect(confidence).toBeGreaterThanOrEqual(0.05);
        expect(confidence).toBeLessThanOrEqual(0.99);
        expect(confidenceOf(world, id, "tower")).toBe(confidence);
      }),
      { numRuns: 60 },
    );
  });
});

describe("[MEM6] an event from the future", () => {
  const future = { tower: 400 * aDay };

  test("counts as at its sender's last beacon", () => {
    const world = createWorld({ clockErrorMs: future, lastBeaconMs: () => 1_000 });
    world.device("tower");
    const id = aFact(world);
    world.exchange();
    valueOf(judge(world.device("tower").memory, id, { t: "reinforce", by: "user" }));
    world.exchange();
    world.clock.nowMs += 120 * aDay;
    expect(confidenceOf(world, id)).toBe(0.41);
  });

  test("does not put what is said afterwards before it", () => {
    const world = createWorld({ clockErrorMs: future });
    world.device("tower");
    const id = aFact(world);
    world.exchange();
    valueOf(edit(world.device("tower").memory, id, { confidence: 0.9 }));
    world.exchange();
    world.clock.nowMs += aDay;
    valueOf(edit(world.device("laptop").memory, id, { confidence: 0.2 }));
    expect(confidenceOf(world, id)).toBe(0.2);
  });
});
