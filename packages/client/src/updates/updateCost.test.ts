import { readUpdate, type UpdateShape } from "@duro/protocol";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { contested, hostileAuthor } from "./testing/hostileUpdates.ts";
import { docOf } from "./testing/editScript.ts";
import { isCheap, structCountOf } from "./updateCost.ts";

const shapeOf = (update: Uint8Array, clientId: number): UpdateShape => {
  const shape = readUpdate(update, clientId);
  if (!shape.ok) throw new Error(shape.error.expected);
  return shape.value;
};

test("a keystroke is cheap in a document of a million operations, and a small import in a small one", () => {
  expect(isCheap({ structCount: 1, deletionCount: 1 }, 1_000_000)).toBe(true);
  expect(isCheap({ structCount: 1_000, deletionCount: 0 }, 500)).toBe(true);
  expect(isCheap({ structCount: 0, deletionCount: 1_000 }, 100_000)).toBe(true);
});

test("an update that can contest one place thousands of times is not cheap, nor the same in small pieces", () => {
  const shape = shapeOf(contested(2_000), hostileAuthor);
  expect(isCheap(shape, 0)).toBe(false);
  expect(isCheap({ structCount: 100, deletionCount: 0 }, 100_000)).toBe(false);
  expect(isCheap({ structCount: 0, deletionCount: 100_000 }, 0)).toBe(false);
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
