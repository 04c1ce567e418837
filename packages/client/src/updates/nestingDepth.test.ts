import { readUpdate } from "@duro/protocol";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { isTooDeep, nestingDepthMax } from "./nestingDepth.ts";
import { deletionOfFirst, hostileAuthor, nested } from "./testing/hostileUpdates.ts";
import { docFrom, docOf } from "./testing/editScript.ts";

/** Deep enough for the stack of any engine. */
const bombDepth = 20_000;

test("types too deep in each other are seen, in one update as in several", () => {
  expect(readUpdate(nested(bombDepth), hostileAuthor).ok).toBe(true);
  expect(isTooDeep(docOf(1), nested(bombDepth))).toBe(true);
  expect(isTooDeep(docOf(1), nested(nestingDepthMax + 1))).toBe(true);
  expect(isTooDeep(docOf(1), nested(nestingDepthMax))).toBe(false);
  const doc = docFrom([nested(nestingDepthMax)]);
  const update = Y.diffUpdate(nested(nestingDepthMax + 1), Y.encodeStateVector(doc));
  expect(isTooDeep(doc, update)).toBe(true);
});

test("deleting types that are not too deep works, and those that are would break the document", () => {
  const doc = docFrom([nested(nestingDepthMax)]);
  Y.applyUpdate(doc, deletionOfFirst());
  expect(doc.getArray("text").length).toBe(0);
  const bomb = docFrom([nested(bombDepth)]);
  expect(() => Y.applyUpdate(bomb, deletionOfFirst())).toThrow(/stack|unexpected case/iu);
});

test("neighbours are as deep as each other, however many stand in a row", () => {
  const doc = docOf(5);
  const list = doc.getArray<Y.Map<unknown>>("list");
  doc.transact(() => {
    for (let count = 0; count < 2_000; count += 1)
      list.insert(0, [new Y.Map([["a", new Y.Map()]])]);
    for (let count = 0; count < 2_000; count += 1) list.push([new Y.Map()]);
  });
  expect(isTooDeep(docOf(1), Y.encodeStateAsUpdate(doc))).toBe(false);
  const before = Y.encodeStateVector(doc);
  const reader = docFrom([Y.encodeStateAsUpdate(doc)]);
  list.get(1_000).set("b", new Y.Text("deep"));
  expect(isTooDeep(reader, Y.encodeStateAsUpdate(doc, before))).toBe(false);
});

test("what is written into a deleted type is not deep", () => {
  const doc = docFrom([nested(nestingDepthMax), deletionOfFirst()]);
  const update = Y.diffUpdate(nested(nestingDepthMax + 1), Y.encodeStateVector(doc));
  expect(isTooDeep(doc, update)).toBe(false);
});
