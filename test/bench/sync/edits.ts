/** What is edited: the same for every peer, through Yjs alone. */
import type { Doc } from "yjs";
import { createDraw } from "./seeded.ts";
import { createTrace } from "./trace.ts";

const mapKeyCount = 1_000;
const recordWords = ["durable", "relay", "because", "measured", "keeps", "of", "the", "decided"];
const wordsPerRecord = 22;
const lettersOf = "abcdefghijklmnopqrstuvwxyz ";

export type EditKind = "letters" | "mixed" | "map" | "records" | "trace";

export interface EditPlan {
  readonly kind: EditKind;
  readonly count: number;
  /** Of values and records: over how many documents; otherwise it is one. */
  readonly docCount: number;
}

/** Makes edit number `at`. */
export type MakeEdit = (at: number) => void;

const letterOf = (at: number): string => lettersOf[at % lettersOf.length] ?? " ";

const letters = (doc: Doc): MakeEdit => {
  const text = doc.getText("t");
  return (at) => text.insert(text.length, letterOf(at));
};

/** The documents in turn. */
const map = (docs: readonly Doc[]): MakeEdit => {
  const values = docs.map((doc) => doc.getMap("m"));
  return (at) => values[at % values.length]?.set(`k${at % mapKeyCount}`, at);
};

/** Three letters, and one value. */
const mixed = (doc: Doc): MakeEdit => {
  const [letter, value] = [letters(doc), map([doc])];
  return (at) => (at % 4 === 3 ? value(at) : letter(at));
};

const trace = (doc: Doc, count: number): MakeEdit => {
  const text = doc.getText("t");
  const edits = createTrace(1, count);
  return (at) => {
    const edit = edits[at];
    if (edit === undefined) return;
    if (edit.isDeletion) text.delete(edit.at, 1);
    else text.insert(edit.at, letterOf(at));
  };
};

/** Entries of a memory: short JSON under an id, some 200 bytes each. */
const records = (docs: readonly Doc[]): MakeEdit => {
  const draw = createDraw(7);
  return (at) => {
    const words = Array.from(
      { length: wordsPerRecord },
      () => recordWords[Math.floor(draw() * recordWords.length)],
    );
    const c = JSON.stringify({ at, kind: "fact", text: words.join(" "), tags: [at % 17, at % 5] });
    docs[at % docs.length]?.getMap("entries").set(`e${at.toString(36)}`, { c });
  };
};

export const recordCountOf = (doc: Doc): number => doc.getMap("entries").size;

export const createEdits = ({ kind, count }: EditPlan, docs: readonly Doc[]): MakeEdit => {
  const [doc] = docs;
  if (doc === undefined) throw new Error("there is a document to edit");
  switch (kind) {
    case "letters":
      return letters(doc);
    case "mixed":
      return mixed(doc);
    case "map":
      return map(docs);
    case "records":
      return records(docs);
    case "trace":
      return trace(doc, count);
  }
};
