/**
 * What was brought in from elsewhere, in each document: the foreign id to the entry it became. So an
 * import can be repeated though ids are random. Plain values under foreign ids: of two devices that
 * import at once both entries stay, and the newer is marked as a duplicate by its origin.
 */
import type * as Y from "yjs";
import type { DocName } from "../docs/names.ts";
import { type EntryId, type EntryType, isEntryId, typeOfId } from "../ids.ts";
import type { Memory } from "../memory.ts";
import { writingOf } from "../yjsInternals.ts";

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

/**
 * The id that this device said it would give it, in an import that was cut short. Never one that another
 * device said: it may be about to write it, and two that make one id lose a side.
 */
export const reservedFor = (
  memory: Memory,
  { name, doc }: { readonly name: DocName; readonly doc: Y.Doc | undefined },
  kind: { readonly type: EntryType; readonly table: string },
  origins: readonly string[],
): EntryId | undefined => {
  if (doc === undefined) return undefined;
  const ledger = ledgerOf(doc);
  for (const origin of origins) {
    const id = ledger.get(origin);
    const written = writingOf(ledger, origin);
    if (!isEntryId(id) || typeOfId(id) !== kind.type || written === undefined) continue;
    if (memory.authorOf(written.clientId, name)?.device !== memory.device) continue;
    if (!doc.getMap(kind.table).has(id)) return id;
  }
  return undefined;
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
