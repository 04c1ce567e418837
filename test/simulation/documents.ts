/**
 * What people do to a document. Every edit leaves its name as a key of its own, so that no later edit can
 * hide that it was lost; the rest writes over, deletes and types between what others wrote.
 */
import { type Doc, transact } from "yjs";
import type { Rng } from "./rng.ts";

const editsName = "edits";
const fieldCount = 4;
const listLengthMax = 12;

export const editIdsOf = (doc: Doc): ReadonlySet<string> => new Set(doc.getMap(editsName).keys());

export const editDoc = (doc: Doc, editId: string, text: string, rng: Rng): void => {
  transact(doc, () => {
    doc.getMap(editsName).set(editId, 1);
    const moves = [typeText, deleteText, setField, changeList];
    const moveCount = rng.between(1, 3);
    for (let move = 0; move < moveCount; move++) rng.pick(moves)(doc, text, rng);
  });
};

const typeText = (doc: Doc, text: string, rng: Rng): void => {
  const written = doc.getText("text");
  written.insert(rng.below(written.length + 1), text);
};

const deleteText = (doc: Doc, _: string, rng: Rng): void => {
  const written = doc.getText("text");
  if (written.length === 0) return;
  const at = rng.below(written.length);
  written.delete(at, rng.between(1, Math.min(30, written.length - at)));
};

const setField = (doc: Doc, text: string, rng: Rng): void => {
  doc.getMap("fields").set(`field ${rng.below(fieldCount)}`, text);
};

const changeList = (doc: Doc, text: string, rng: Rng): void => {
  const list = doc.getArray<string>("list");
  if (list.length > listLengthMax) list.delete(rng.below(list.length), 1);
  else list.insert(rng.below(list.length + 1), [text]);
};

/** All that somebody can read. */
export const textOf = (doc: Doc): string =>
  JSON.stringify([
    doc.getText("text").toJSON(),
    doc.getMap("fields").toJSON(),
    doc.getArray("list").toJSON(),
  ]);
