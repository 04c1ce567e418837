import { describe, expect, test } from "vitest";
import { aDay, createWorld, start, valueOf } from "../testing/replicas.ts";
import { decide, remember } from "./remember.ts";
import { forget, purge, undoForget } from "./forget.ts";
import { forgettingsOf, forgottenBy } from "./forgotten.ts";
import { show } from "./find.ts";
import { saveSkill } from "./skills.ts";

describe("[MEM10] who forgot something", () => {
  test("is the device of the operation, and comes with the time", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    const { id } = valueOf(remember(laptop, { claim: "a" }));
    const kept = valueOf(remember(laptop, { claim: "b" })).id;
    world.exchange();
    world.clock.nowMs += aDay;
    valueOf(forget(tower, [id]));
    world.exchange();
    const { doc } = valueOf(show(laptop, id));
    expect(valueOf(forgettingsOf(laptop, doc, [id, kept]))).toEqual([
      { id, device: "tower", atMs: start + aDay, isGone: false },
    ]);
    valueOf(purge(laptop, [id]));
    expect(valueOf(forgettingsOf(laptop, doc, [id]))).toEqual([
      { id, device: "laptop", atMs: start + aDay, isGone: true },
    ]);
  });

  test("finds everything that a device took away since then, and nothing else", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    const ids = [
      valueOf(remember(laptop, { claim: "a" })).id,
      valueOf(decide(laptop, { decision: "b", rationale: "c" })).id,
      valueOf(saveSkill(laptop, { name: "d", body: "e" })).id,
      valueOf(remember(laptop, { claim: "f" })).id,
      valueOf(remember(laptop, { claim: "g" })).id,
    ];
    world.exchange();
    valueOf(forget(tower, ids.slice(4)));
    world.clock.nowMs += aDay;
    valueOf(forget(tower, ids.slice(0, 3)));
    valueOf(forget(laptop, ids.slice(3, 4)));
    world.exchange();
    const found = valueOf(forgottenBy(laptop, "tower", { sinceMs: start + aDay }));
    expect(found.toSorted()).toEqual(ids.slice(0, 3).toSorted());
    valueOf(undoForget(laptop, found));
    expect(valueOf(forgottenBy(laptop, "tower", { sinceMs: start + aDay }))).toEqual([]);
    expect(valueOf(forgottenBy(laptop, "tower", { sinceMs: start })).length).toBe(1);
  });
});
