import { readUpdate, type UpdateShape } from "@duro/protocol";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { contested, hostileAuthor } from "./testing/hostileUpdates.ts";
import { docOf } from "./testing/editScript.ts";
import { type Costing, isCheap, type Present, structCountOf } from "./updateCost.ts";

const shapeOf = (update: Uint8Array, clientId: number): UpdateShape => {
  const shape = readUpdate(update, clientId);
  if (!shape.ok) throw new Error(shape.error.expected);
  return shape.value;
};

const none = new Uint8Array();
const costing = (structCount: number, deletionCount: number): Costing => ({
  structCount,
  deletionCount,
  brings: undefined,
  update: none,
});
const withCount = (structCount: number): Present => ({ structCount, authorClock: 0 });

test("a keystroke is cheap in a document of a million operations, and a small import in a small one", () => {
  expect(isCheap(costing(1, 1), withCount(1_000_000))).toBe(true);
  expect(isCheap(costing(1_000, 0), withCount(500))).toBe(true);
  expect(isCheap(costing(0, 1_000), withCount(100_000))).toBe(true);
});

test("an update that can contest one place thousands of times is not cheap, nor the same in small pieces", () => {
  const update = contested(2_000);
  expect(isCheap({ ...shapeOf(update, hostileAuthor), update }, withCount(0))).toBe(false);
  expect(isCheap(costing(100, 0), withCount(100_000))).toBe(false);
  expect(isCheap(costing(0, 100_000), withCount(0))).toBe(false);
});

const entries = (count: number): { readonly update: Uint8Array; readonly clientID: number } => {
  const doc = docOf(3);
  doc.transact(() => {
    for (let at = 0; at < count; at += 1)
      doc.getMap("map").set(`key ${at}`, new Y.Map([["a", at]]));
  });
  return { update: Y.encodeStateAsUpdate(doc), clientID: doc.clientID };
};

test("new entries are cheap in a large document, as long as there are not too many for one turn", () => {
  const { update, clientID } = entries(1_000);
  expect(isCheap({ ...shapeOf(update, clientID), update }, withCount(100_000))).toBe(true);
  const many = entries(6_000);
  expect(isCheap({ ...shapeOf(many.update, many.clientID), ...many }, withCount(0))).toBe(false);
});

test("what the author had written before may be contested as anything that is there", () => {
  const doc = docOf(3);
  doc.transact(() => {
    for (let at = 0; at < 100; at += 1) doc.getArray("list").insert(Math.floor(at / 2), [{ at }]);
  });
  const update = Y.encodeStateAsUpdate(doc);
  const change = { ...shapeOf(update, doc.clientID), update };
  expect(isCheap(change, { structCount: 100_000, authorClock: 0 })).toBe(true);
  expect(isCheap(change, { structCount: 100_000, authorClock: 100 })).toBe(false);
});

test("what a document has is counted over all of its authors", () => {
  const doc = docOf(1);
  doc.getArray("list").push([1]);
  const other = docOf(2);
  other.getMap("map").set("a", 1);
  other.getMap("map").set("b", 1);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), "heard");
  expect(structCountOf(doc)).toBe(3);
});
