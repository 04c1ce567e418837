/**
 * What was brought in from elsewhere, in each document: the foreign id to the entry it became. So an
 * import can be repeated though ids are random. Plain values under foreign ids: of two devices that
 * import at once both entries stay, and the newer is marked as a duplicate by its origin.
 */
import type * as Y from "yjs";
import { type EntryId, isEntryId } from "../ids.ts";

const ledgerOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("imported");

/** Also what has been forgotten since: importing again does not bring that back. */
export const importedAs = (doc: Y.Doc, origins: readonly string[]): EntryId | undefined =>
  origins.flatMap((origin) => {
    const id = ledgerOf(doc).get(origin);
    return isEntryId(id) ? id : [];
  })[0];

export const noteImported = (doc: Y.Doc, origins: readonly string[], id: EntryId): void => {
  for (const origin of origins) ledgerOf(doc).set(origin, id);
};

/** Of ids that hold nothing but a type, a time and randomness. Others could be words of a person. */
const wordlessPattern =
  /^[a-z]+_(?:\d{8}_\d{6}_[0-9a-z]{4,12}|[0-7][0-9a-hjkmnp-tv-z]{25})(?:#[a-z]{1,12})?$/u;

/** A purge leaves id and time only; a foreign id that says no more may stay, to keep it from coming back. */
export const dropLedgerLines = (doc: Y.Doc, gone: ReadonlySet<unknown>): void => {
  const ledger = ledgerOf(doc);
  const wordy = [...ledger.entries()].filter(
    ([origin, to]) => gone.has(to) && !wordlessPattern.test(origin),
  );
  for (const [origin] of wordy) ledger.delete(origin);
};
