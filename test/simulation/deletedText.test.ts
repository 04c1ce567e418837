/** What is looked for as deleted: all of it that nobody sees, and nothing that only looks so. */
import { expect, test } from "vitest";
import { Doc, encodeStateAsUpdate } from "yjs";
import { deletedMarkers, markerOf } from "./deletedText.ts";
import { textOf } from "./documents.ts";
import { createLedger } from "./ledger.ts";

const canary = "canary-abc-";

/** The markers of as many edits, the document as it is after all of them, and what is taken for deleted. */
const writtenIn = (doc: Doc, editCount: number, write: (markers: readonly string[]) => void) => {
  const ledger = createLedger();
  const ids = Array.from({ length: editCount }, () => ledger.made("laptop", 0).id);
  const markers = ids.map((id) => markerOf(canary, id));
  write(markers);
  const seen = { editIds: new Set(ids), text: textOf(doc), digest: "" };
  return { markers, deleted: deletedMarkers({ canary, ledger }, new Map([[0, seen]])) };
};

const isIn = (doc: Doc, marker: string): boolean =>
  Buffer.from(encodeStateAsUpdate(doc)).includes(marker);

test("text that nobody sees is deleted, also where a longer name begins alike", () => {
  const doc = new Doc();
  const text = doc.getText("text");
  const { markers, deleted } = writtenIn(doc, 10, (made) => text.insert(0, made.slice(1).join("")));
  expect(markers[9]).toContain(markers[0]?.slice(0, -1));
  expect(deleted).toEqual([markers[0]]);
});

test("text whose first letter alone was deleted is seen, though the length of the rest looks like it", () => {
  const doc = new Doc();
  const text = doc.getText("text");
  const { markers, deleted } = writtenIn(doc, 1, ([marker = ""]) => {
    text.insert(0, marker + "x".repeat("c".charCodeAt(0) + 1 - marker.length));
    text.delete(0, 1);
  });
  expect(textOf(doc)).not.toContain(canary);
  expect(isIn(doc, markers[0] ?? "")).toBe(true);
  expect(deleted).toEqual([]);
});

test("text that lost more than bytes beside it may look like is deleted, and not in the document", () => {
  const doc = new Doc();
  const text = doc.getText("text");
  const { markers, deleted } = writtenIn(doc, 1, ([marker = ""]) => {
    text.insert(0, marker);
    text.delete(3, 4);
  });
  expect(isIn(doc, markers[0] ?? "")).toBe(false);
  expect(deleted).toEqual(markers);
});
