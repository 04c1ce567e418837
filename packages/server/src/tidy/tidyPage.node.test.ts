import { EnvelopeKind } from "@duro/crypto/types";
import { expect, test } from "vitest";
import type { BodyPlace } from "../ports/tidyStore.ts";
import { chainOf, dayMs, nowMs } from "../testing/tidyFacts.ts";
import type { TidyPlan } from "./planTidy.ts";
import { tidyPage } from "./tidyPage.ts";

/** Of chain 1, up to seq 10. */
const plan: TidyPlan = {
  covered: new Map([[chainOf(1), 10]]),
  beaconsBefore: new Map(),
  purged: new Set(),
  kept: new Set(),
  unreadBefore: 0,
};

const bodyAt = (seq: number, changed: Partial<BodyPlace> = {}): BodyPlace => ({
  position: 100 + seq,
  chain: chainOf(1),
  seq,
  kind: EnvelopeKind.Data,
  byteLength: 305,
  trashedAtMs: undefined,
  ...changed,
});
const overSince = nowMs - 14 * dayMs;

test("each body of a page goes its own way", () => {
  const bodies = [
    bodyAt(1, { kind: EnvelopeKind.Open }),
    bodyAt(2),
    bodyAt(3, { trashedAtMs: nowMs - dayMs }),
    bodyAt(4, { trashedAtMs: overSince }),
    bodyAt(11),
    bodyAt(12, { trashedAtMs: overSince }),
  ];
  expect(tidyPage(plan, bodies, nowMs)).toEqual({
    trash: [102],
    remove: [104],
    restore: [112],
    toPosition: 112,
    isWhole: true,
  });
});

test("one page removes no more than 32 MiB, and says how far it came", () => {
  const byteLength = 11 * 1_048_576;
  const bodies = [2, 3, 4, 5].map((seq) => bodyAt(seq, { byteLength, trashedAtMs: overSince }));
  const page = tidyPage(plan, bodies, nowMs);
  expect(page).toMatchObject({ remove: [102, 103], toPosition: 103, isWhole: false });
  expect(tidyPage(plan, bodies.slice(0, 2), nowMs)).toMatchObject({ isWhole: true });
});

test("a single body is removed however long it is, so that a page always comes further", () => {
  const body = bodyAt(2, { byteLength: 100 * 1_048_576, trashedAtMs: overSince });
  const page = tidyPage(plan, [body, { ...body, position: 103, seq: 3 }], nowMs);
  expect(page).toMatchObject({ remove: [102], toPosition: 102, isWhole: false });
});

test("an empty page changes nothing", () => {
  expect(tidyPage(plan, [], nowMs)).toEqual({
    trash: [],
    restore: [],
    remove: [],
    toPosition: 0,
    isWhole: true,
  });
});
