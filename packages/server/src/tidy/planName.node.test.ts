import { expect, test } from "vitest";
import { chainOf } from "../testing/tidyFacts.ts";
import { planNameOf } from "./planName.ts";
import type { TidyPlan } from "./planTidy.ts";

const plan: TidyPlan = {
  covered: new Map([
    [chainOf(1), 10],
    [chainOf(2), 5],
  ]),
  beaconsBefore: new Map([[chainOf(1), 7]]),
  purged: new Set([3, 4]),
  kept: new Set([9, 12]),
  unreadBefore: 0,
};

test("a plan has one name, whatever the order in which it was worked out", () => {
  const turned: TidyPlan = {
    covered: new Map([...plan.covered].toReversed()),
    beaconsBefore: plan.beaconsBefore,
    purged: new Set([4, 3]),
    kept: new Set([12, 9]),
    unreadBefore: 0,
  };
  expect(planNameOf(turned)).toBe(planNameOf(plan));
  expect(planNameOf(plan)).toMatch(/^[\da-f]{64}$/u);
});

test.each<[string, Partial<TidyPlan>]>([
  ["covers more", { covered: new Map([...plan.covered, [chainOf(1), 11]]) }],
  ["covers another chain", { covered: new Map([...plan.covered, [chainOf(3), 1]]) }],
  ["drops more beacons", { beaconsBefore: new Map([[chainOf(1), 8]]) }],
  ["purges more", { purged: new Set([3, 4, 5]) }],
  ["keeps less", { kept: new Set([9]) }],
  ["leaves some unread", { unreadBefore: 1 }],
  ["keeps what it purged", { purged: new Set([3]), kept: new Set([4, 9, 12]) }],
])("a plan that %s has another name", (_, changed) => {
  expect(planNameOf({ ...plan, ...changed })).not.toBe(planNameOf(plan));
});
