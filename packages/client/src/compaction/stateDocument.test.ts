import { expect, test } from "vitest";
import * as Y from "yjs";
import { nestingDepthMax } from "../updates/nestingDepth.ts";
import { nested } from "../updates/testing/hostileUpdates.ts";
import { shapeOfState } from "./stateDocument.ts";

test("a state in which types lie too deep is no document's, whoever vouched for it", () => {
  expect(shapeOfState(nested(nestingDepthMax))?.structCount).toBe(nestingDepthMax);
  expect(shapeOfState(nested(nestingDepthMax + 1))).toBe(undefined);
});

test("a state that refers to what is not in it is no document's", () => {
  const one = new Y.Doc();
  one.getText("t").insert(0, "before");
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
  other.getText("t").insert(6, " and after");
  expect(shapeOfState(Y.encodeStateAsUpdate(other))?.structCount).toBe(2);
  const alone = Y.encodeStateAsUpdate(other, Y.encodeStateVector(one));
  expect(shapeOfState(alone)).toBe(undefined);
});
