/**
 * Yjs deletes formatting marks that became needless whenever it applies what others wrote: a reader
 * would write, every reader the same, and in between the parts of a divided update it would take marks
 * for needless that are not. A document of ours leaves that to whoever edits.
 */
import type * as Y from "yjs";

export const stopFormattingCleanup = (doc: Y.Doc): void => {
  doc.on("afterTransaction", (transaction: Y.Transaction) => {
    // Looked at by Yjs right after this event, and by nothing before.
    // oxlint-disable-next-line no-underscore-dangle -- Yjs names it so.
    transaction._needFormattingCleanup = false;
  });
};
