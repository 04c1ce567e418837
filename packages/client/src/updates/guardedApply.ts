/** What the guard's worker does, whatever platform it runs on. */
import * as Y from "yjs";
import type { GuardMessage, WorkerOrder } from "./applyGuard.ts";
import { stopFormattingCleanup } from "./formattingCleanup.ts";

/** Does one order after the other, on the document of the last state that it was given. */
export const createApplier = (
  say: (message: GuardMessage) => void,
): ((order: WorkerOrder) => void) => {
  let doc = new Y.Doc();
  return ({ state, known, updates }) => {
    try {
      if (state !== undefined) {
        doc = new Y.Doc();
        stopFormattingCleanup(doc);
        applyAll(doc, state);
      }
      applyAll(doc, known);
      say({ kind: "loaded" });
      applyAll(doc, updates);
      say({ kind: isWhole(doc) ? "applied" : "threw" });
    } catch {
      // Yjs names no errors of its own, and what it says could hold a piece of the document.
      say({ kind: "threw" });
    }
  };
};

const applyAll = (doc: Y.Doc, updates: readonly Uint8Array[]): void =>
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });

/** What Yjs puts aside was not tried. */
const isWhole = ({ store }: Y.Doc): boolean =>
  store.pendingStructs === null && store.pendingDs === null;
