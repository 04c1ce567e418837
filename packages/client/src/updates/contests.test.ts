import { readUpdate } from "@duro/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { contests } from "./contests.ts";
import { type AnyStruct, anyStruct, anyUpdate } from "./testing/anyUpdate.ts";
import { docOf } from "./testing/editScript.ts";
import { contested, hostileAuthor, inEachNested, nested } from "./testing/hostileUpdates.ts";
import { structCountOf } from "./updateCost.ts";

const [present, author] = [7, 8];

/** `integrate` notes each operation that it compares with in two sets. */
const comparisonsIn = (work: () => void): number => {
  // oxlint-disable-next-line typescript/unbound-method -- It is given its `this` below.
  const kept: (this: Set<unknown>, value: unknown) => Set<unknown> = Set.prototype.add;
  let count = 0;
  const put = (value: unknown): void => void Reflect.set(Set.prototype, "add", value);
  put(function counted(this: Set<unknown>, value: unknown): Set<unknown> {
    if (value instanceof Y.Item) count += 1;
    return kept.call(this, value);
  });
  try {
    work();
  } finally {
    put(kept);
  }
  return count / 2;
};

interface Measured {
  readonly comparisonCount: number;
  readonly pairCount: number;
  readonly presentCount: number;
}

const measure = (before: readonly AnyStruct[], structs: readonly AnyStruct[]): Measured => {
  const doc = docOf(1);
  if (before.length > 0) Y.applyUpdate(doc, anyUpdate(present, before, { author, clock: 0 }));
  const update = anyUpdate(author, structs, { author: present, clock: before.length });
  const presentCount = structCountOf(doc);
  expect(readUpdate(update, author).ok).toBe(true);
  const found = contests(update, { clientId: author, from: 0 }, presentCount);
  const comparisonCount = comparisonsIn(() => Y.applyUpdate(doc, update));
  return { comparisonCount, pairCount: found?.pairCount ?? Infinity, presentCount };
};

const some = fc.array(anyStruct, { minLength: 1, maxLength: 60 });

test("whatever an update refers to, Yjs compares no more often than was said", () => {
  let most = 0;
  fc.assert(
    fc.property(some, some, (before, structs) => {
      const { comparisonCount, pairCount } = measure(before, structs);
      most = Math.max(most, comparisonCount);
      expect(comparisonCount).toBeLessThanOrEqual(pairCount);
    }),
    { numRuns: 300 },
  );
  expect(most).toBeGreaterThan(10);
});

test("operations of which each is behind the last, or under a key of its own, walk over everything once", () => {
  const behindLast = (struct: AnyStruct, at: number): AnyStruct =>
    at === 0 ? struct : { ...struct, left: { isOwn: true, at: at - 1 } };
  const alone = (struct: AnyStruct, at: number): AnyStruct => ({
    ...struct,
    left: undefined,
    right: undefined,
    parent: undefined,
    key: `key ${at}`,
  });
  // All that is there contests the place of the first.
  const contesting = (struct: AnyStruct): AnyStruct => ({ ...struct, left: undefined });
  fc.assert(
    fc.property(some, some, fc.boolean(), (before, structs, isAlone) => {
      const [there, comes] = isAlone
        ? [before.map(alone), structs.map(alone)]
        : [before.map(contesting), structs.map(behindLast)];
      const { comparisonCount, pairCount, presentCount } = measure(there, comes);
      expect(comparisonCount).toBeLessThanOrEqual(presentCount + structs.length);
      expect(pairCount).toBeLessThanOrEqual(3 * (presentCount + 4 * structs.length));
    }),
    { numRuns: 300 },
  );
});

const own = { clientId: hostileAuthor, from: 0 };
const presentCount = 100_000;

test("new entries and what they hold contest nothing, however much is there", () => {
  const doc = docOf(author);
  doc.transact(() => {
    for (let at = 0; at < 100; at += 1) {
      const entry = new Y.Map<unknown>();
      for (let field = 0; field < 10; field += 1) entry.set(`field ${field}`, at);
      entry.set("text", new Y.Text("words"));
      entry.set("list", new Y.Array());
      doc.getMap("facts").set(`fact ${at}`, entry);
    }
  });
  const update = Y.encodeStateAsUpdate(doc);
  const found = contests(update, { clientId: author, from: 0 }, presentCount);
  expect(found?.pairCount).toBeLessThan(2 * presentCount);
  expect(found?.splitCount).toBe(0);
});

test("what is typed at once contests the place where it begins, and no other", () => {
  const doc = docOf(author);
  const text = doc.getText("text");
  doc.transact(() => {
    for (let at = 0; at < 200; at += 1) text.insert(text.length, "x", { bold: at % 2 === 0 });
  });
  const found = contests(Y.encodeStateAsUpdate(doc), { clientId: author, from: 0 }, presentCount);
  expect(found?.pairCount).toBeLessThan(2 * presentCount);
});

test.each([
  ["one place many times", contested(200)],
  ["types that others made, each with all above it", inEachNested(200)],
])("%s is counted as often as it is asked for", (_, update) => {
  const from = Y.decodeUpdate(update).structs[0]?.id.clock ?? 0;
  const found = contests(update, { ...own, from }, presentCount);
  expect(found?.pairCount).toBeGreaterThan(200 * presentCount);
});

test("one key many times is counted as often, and what lies deep in the update is not judged", () => {
  const update = anyUpdate(
    author,
    Array.from({ length: 200 }, () => ({
      isType: false,
      left: undefined,
      right: undefined,
      parent: undefined,
      key: "a",
    })),
    { author: present, clock: 0 },
  );
  const found = contests(update, { clientId: author, from: 0 }, presentCount);
  expect(found?.pairCount).toBeGreaterThan(200 * presentCount);
  expect(contests(nested(100), own, 0)).toBe(undefined);
});

test("what was there before is not taken for what the update brings", () => {
  const doc = docOf(author);
  const list = doc.getArray("list");
  doc.transact(() => {
    for (let at = 0; at < 100; at += 1) list.insert(Math.floor(at / 2), [new Y.Map()]);
  });
  const update = Y.encodeStateAsUpdate(doc);
  const all = contests(update, { clientId: author, from: 0 }, presentCount);
  const known = contests(update, { clientId: author, from: 100 }, presentCount);
  expect(known?.pairCount).toBeGreaterThan(10 * (all?.pairCount ?? Infinity));
});
