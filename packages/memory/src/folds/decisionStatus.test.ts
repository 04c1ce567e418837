import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../commands/remember.ts";
import { show } from "../commands/find.ts";
import { validate, type VerdictStatus } from "../commands/judge.ts";
import type { EventCore } from "../entities/event.ts";
import { createEntryId, type EntryId } from "../ids.ts";
import { createWorld, errorOf, start, valueOf, type World } from "../testing/replicas.ts";
import type { DocName } from "../docs/names.ts";
import { remember } from "../commands/remember.ts";
import { foldDecision } from "./decisionStatus.ts";
import type { Event } from "./events.ts";

const statusOn = (world: World, device: string, id: EntryId): string => {
  const item = valueOf(show(world.device(device).memory, id));
  if (item.type !== "decision") throw new Error("a decision");
  return item.status;
};

const decided = (world: World): EntryId => {
  const { id } = valueOf(decide(world.device("laptop").memory, { decision: "use SQLite" }));
  for (const device of ["tower", "phone"]) world.device(device);
  world.exchange();
  return id;
};

const say = (world: World, device: string, id: EntryId, status: VerdictStatus) =>
  valueOf(validate(world.device(device).memory, id, { status, by: "user" }));

describe("[MEM7] what became of a decision", () => {
  test("is pending before any verdict, and then what the verdict says", () => {
    const statuses = ["validated", "partial", "reversed", "superseded"] as const;
    for (const status of statuses) {
      const world = createWorld();
      const id = decided(world);
      expect(statusOn(world, "laptop", id)).toBe("pending");
      expect(say(world, "laptop", id, status)).toMatchObject({ status, settles: [] });
      expect(statusOn(world, "laptop", id)).toBe(status);
    }
  });

  test("follows a later verdict of another device that had the first before it", () => {
    const world = createWorld();
    const id = decided(world);
    say(world, "laptop", id, "validated");
    world.exchange();
    const second = say(world, "tower", id, "reversed");
    expect(second.settles.map(({ core }) => core.t)).toEqual(["validate"]);
    world.exchange();
    expect(statusOn(world, "laptop", id)).toBe("reversed");
  });

  test("is not contested when both said the same without knowing it", () => {
    const world = createWorld();
    const id = decided(world);
    say(world, "laptop", id, "validated");
    say(world, "tower", id, "validated");
    world.exchange();
    expect(statusOn(world, "laptop", id)).toBe("validated");
  });

  test("stays contested until somebody who has both decides, and that one hears what it settles", () => {
    const world = createWorld();
    const id = decided(world);
    say(world, "laptop", id, "validated");
    say(world, "tower", id, "reversed");
    world.clock.nowMs += 1_000;
    const deaf = say(world, "tower", id, "partial");
    world.exchange();
    expect(statusOn(world, "phone", id)).toBe("contested");
    const last = say(world, "laptop", id, "reversed");
    expect(last.settles.map(({ core }) => core.t)).toEqual(["validate", "partial"]);
    expect(deaf.settles.map(({ core }) => core.t)).toEqual(["reverse"]);
    world.exchange();
    for (const device of ["laptop", "tower", "phone"])
      expect(statusOn(world, device, id)).toBe("reversed");
  });

  test("does not depend on whose clock runs ahead", () => {
    const world = createWorld({ clockErrorMs: { laptop: 3_600_000 } });
    const id = decided(world);
    say(world, "laptop", id, "validated");
    world.exchange();
    say(world, "tower", id, "reversed");
    world.exchange();
    expect(statusOn(world, "laptop", id)).toBe("reversed");
    expect(statusOn(world, "tower", id)).toBe("reversed");
  });

  test("is refused for what is no decision", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const { id } = valueOf(remember(memory, { claim: "a fact" }));
    expect(errorOf(validate(memory, id, { status: "validated", by: "user" })).type).toBe(
      "WrongType",
    );
  });
});

test("[MEM5] an event that somebody wrote over says nothing", () => {
  const world = createWorld();
  const id = decided(world);
  const { id: eventId } = say(world, "laptop", id, "validated");
  world.exchange();
  const events = world
    .device("tower")
    .doc("mem/_/2026-11" as DocName)
    .getMap("events");
  events.set(eventId, { ...(events.get(eventId) as object), t: "reverse" });
  world.exchange();
  expect(statusOn(world, "laptop", id)).toBe("pending");
});

const nextByte = ((): (() => number) => {
  let count = 0;
  return () => (count = (count * 17 + 41) % 256);
})();

const verdict = (t: EventCore["t"], resolves: readonly string[] = []): Event => {
  const randomBytes = (length: number) => Uint8Array.from({ length }, nextByte);
  const id = createEntryId("event", { atMs: start, randomBytes });
  const core = { of: "d_", t, resolves, at: start, tick: 0, by: "user" } as const;
  return { id, core, author: { device: "laptop" }, atMs: start };
};

test("[MEM7] two verdicts made by hand that settle each other settle nothing", () => {
  const first = verdict("validate");
  const second = verdict("reverse", [first.id]);
  const forged: Event = { ...first, core: { ...first.core, resolves: [second.id] } };
  expect(foldDecision([forged, second]).status).toBe("contested");
  expect(foldDecision([first, second]).status).toBe("reversed");
});

test("[MEM7] events in any order fold to one status, and words that are no verdict do not count", () => {
  const types = fc.constantFrom("validate", "partial", "reverse", "confirm", "reject" as const);
  fc.assert(
    fc.property(fc.array(fc.tuple(types, fc.array(fc.nat(9))), { maxLength: 10 }), (plan) => {
      const events: Event[] = [];
      for (const [t, after] of plan)
        events.push(
          verdict(
            t,
            after.flatMap((index) => events[index]?.id ?? []),
          ),
        );
      const one = foldDecision(events);
      const ids = (all: readonly Event[]) => all.map(({ id }) => id).toSorted();
      const other = foldDecision(events.toReversed());
      expect(ids(other.standing)).toEqual(ids(one.standing));
      expect(other.status).toBe(one.status);
      expect(one.status === "pending").toBe(
        events.every(({ core }) => core.t === "confirm" || core.t === "reject"),
      );
    }),
    { numRuns: 300 },
  );
});
