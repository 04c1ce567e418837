/** What the guard's worker does, whatever platform it runs on. */
import * as Y from "yjs";
import type { ApplyWork, GuardMessage } from "./applyGuard.ts";
import { stopFormattingCleanup } from "./formattingCleanup.ts";

export const answerWork = (
  { state, updates }: ApplyWork,
  say: (message: GuardMessage) => void,
): void => {
  const doc = new Y.Doc();
  stopFormattingCleanup(doc);
  try {
    Y.applyUpdate(doc, state);
    say({ kind: "loaded" });
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    say({ kind: "applied", state: Y.encodeStateAsUpdate(doc) });
  } catch {
    // Yjs names no errors of its own, and what it says could hold a piece of the document.
    say({ kind: "threw" });
  }
};
