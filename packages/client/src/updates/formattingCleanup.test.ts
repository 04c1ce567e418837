import { expect, test } from "vitest";
import * as Y from "yjs";
import { encodeAuthorUpdate } from "./authorUpdate.ts";
import { encodeStructs } from "./cutStruct.ts";
import { deletionsOf } from "./deletions.ts";
import { stopFormattingCleanup } from "./formattingCleanup.ts";
import { docOf } from "./testing/editScript.ts";

/** What a reader itself writes while it applies what two others wrote at the same time. */
const writtenByReader = (prepare: (doc: Y.Doc) => void): number => {
  const one = docOf(1);
  one.getText("text").insert(0, "some words");
  const two = docOf(2);
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one), "heard");
  const reader = new Y.Doc();
  prepare(reader);
  // Only what is known to be text is looked after.
  reader.getText("text");
  Y.applyUpdate(reader, Y.encodeStateAsUpdate(one), "heard");
  one.getText("text").format(0, 4, { bold: true });
  two.getText("text").format(0, 4, { bold: true });
  let count = 0;
  reader.on("update", (_update: Uint8Array, origin: unknown) => {
    if (origin !== "heard") count += 1;
  });
  Y.applyUpdate(reader, Y.encodeStateAsUpdate(one), "heard");
  Y.applyUpdate(reader, Y.encodeStateAsUpdate(two), "heard");
  expect(reader.getText("text").toDelta()).toEqual([
    { insert: "some", attributes: { bold: true } },
    { insert: " words" },
  ]);
  return count;
};

test("a reader of formatted text writes nothing, where Yjs alone would", () => {
  expect(writtenByReader(() => {})).toBeGreaterThan(0);
  expect(writtenByReader(stopFormattingCleanup)).toBe(0);
});

/** What a reader shows that got the operations of a change first, and what it deleted later. */
const shownInPieces = (prepare: (doc: Y.Doc) => void) => {
  const author = docOf(5);
  const text = author.getText("text");
  text.insert(0, "ab", { bold: true });
  text.insert(2, "cd", { bold: null });
  const state = Y.encodeStateAsUpdate(author);
  const before = Y.encodeStateVector(author);
  text.format(0, 2, { bold: false });
  const update = Y.encodeStateAsUpdate(author, before);
  const reader = new Y.Doc();
  prepare(reader);
  reader.getText("text");
  Y.applyUpdate(reader, state, "heard");
  const { structs } = Y.decodeUpdate(update);
  const part = { clientId: author.clientID, from: structs[0]?.id.clock ?? 0 };
  const operations = { structCount: structs.length, structs: [encodeStructs(structs)] };
  const noOperations = { structCount: 0, structs: [] };
  for (const piece of [
    encodeAuthorUpdate({ ...part, ...operations, deletions: new Map() }),
    encodeAuthorUpdate({ ...part, ...noOperations, deletions: deletionsOf([update]) }),
  ])
    Y.applyUpdate(reader, piece, "heard");
  return { shown: reader.getText("text").toDelta(), written: text.toDelta() };
};

test("formatting whose deletions come later is kept, where Yjs alone would lose it", () => {
  const alone = shownInPieces(() => {});
  expect(alone.shown).not.toEqual(alone.written);
  const { shown, written } = shownInPieces(stopFormattingCleanup);
  expect(shown).toEqual(written);
});
