/** Writes rows into the tables of the index, inside of the caller's transaction. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { type DocName, type EntryId, timeOfId } from "@duro/memory";
import { ageOf, digestOf, placeWordsOf } from "./indexRow.ts";
import { columns, placeColumn, rowsPerHour } from "./schema.ts";
import type { IndexRow } from "./searchIndex.ts";
import { settleLinks } from "./settleLinks.ts";

export interface Writer {
  putRows(rows: readonly IndexRow[]): void;
  removeEntries(doc: DocName, ids: readonly EntryId[]): void;
  /** Those of a document. */
  idsIn(doc: DocName): readonly EntryId[];
  setMark(doc: DocName, mark: string): void;
  /** Only where there is one. */
  moveMark(doc: DocName, mark: string): void;
  dropMark(doc: DocName): void;
  /** To be called once before the transaction ends: what is hidden depends on rows of other documents. */
  settle(): void;
}

interface Present {
  readonly rowid: number;
  readonly tags: string;
  readonly link: string | null;
  readonly digest: string;
}

const hourMs = 3_600_000;

export const createWriter = (db: DatabaseSync, onGone: () => void): Writer => {
  const statements = prepareWrites(db);
  let haveLinksChanged = false;

  const forget = ({ rowid, tags }: Present): void => {
    statements.removeWords.run(rowid);
    for (const tag of new Set(JSON.parse(tags) as string[])) statements.removeTag.run(tag, rowid);
  };

  const put = (row: IndexRow): void => {
    const digest = digestOf(row);
    const present = statements.find.get(row.id) as unknown as Present | undefined;
    if (present?.digest === digest) return;
    if (present !== undefined) forget(present);
    // What was shown because its links ran in a circle is hidden now, and looked at again.
    if (row.supersededBy !== undefined || (present?.link ?? null) !== null) haveLinksChanged = true;
    const rowid = present?.rowid ?? nextRowid(statements, row.id);
    const values = valuesOf(row);
    // Two statements: one that replaces would save each page before it changes it, and take ten times as long.
    if (present === undefined) statements.addEntry.run(...values, digest, rowid);
    else statements.changeEntry.run(...values, digest, rowid);
    statements.putWords.run(rowid, ...columns.map((name) => row[name]), placeWordsOf(row));
    for (const tag of new Set(row.tagList)) statements.putTag.run(tag, rowid);
  };

  const remove = (doc: DocName, id: EntryId): void => {
    const present = statements.findIn.get(id, doc) as unknown as Present | undefined;
    if (present === undefined) return;
    forget(present);
    statements.removeEntry.run(present.rowid);
    onGone();
    if (present.link !== null) haveLinksChanged = true;
  };

  return {
    putRows: (rows) => {
      for (const row of rows) put(row);
    },
    removeEntries: (doc, ids) => {
      for (const id of ids) remove(doc, id);
    },
    idsIn: (doc) => statements.idsIn.all(doc).map(({ id }) => id as EntryId),
    setMark: (doc, mark) => void statements.setMark.run(doc, mark),
    moveMark: (doc, mark) => void statements.moveMark.run(mark, doc),
    dropMark: (doc) => void statements.dropMark.run(doc),
    settle: () => {
      if (haveLinksChanged) settleLinks(db);
      haveLinksChanged = false;
    },
  };
};

const entryColumns = [
  "id",
  "age",
  "type",
  "doc",
  "project",
  "atMs",
  "device",
  "line",
  "tags",
  "link",
  "isForgotten",
  "forgottenMs",
  "forgottenBy",
  "isHidden",
] as const;

/** In the order of the columns. */
const valuesOf = (row: IndexRow): readonly SQLInputValue[] => [
  row.id,
  ageOf(row.id),
  row.type,
  row.doc,
  row.project ?? null,
  row.atMs,
  row.device ?? null,
  row.line,
  JSON.stringify(row.tagList),
  row.supersededBy ?? null,
  row.isForgotten ? 1 : 0,
  row.forgottenMs ?? null,
  row.forgottenBy ?? null,
  row.isForgotten || row.supersededBy !== undefined ? 1 : 0,
];

const prepareWrites = (db: DatabaseSync) => ({
  find: db.prepare("SELECT rowid, tags, link, digest FROM entry WHERE id = ?"),
  findIn: db.prepare("SELECT rowid, tags, link, digest FROM entry WHERE id = ? AND doc = ?"),
  idsIn: db.prepare("SELECT id FROM entry WHERE doc = ?"),
  lastIn: db.prepare("SELECT max(rowid) AS last FROM entry WHERE rowid >= ? AND rowid < ?"),
  addEntry: db.prepare(
    `INSERT INTO entry (${entryColumns.join(", ")}, digest, rowid)
      VALUES (${entryColumns.map(() => "?").join(", ")}, ?, ?)`,
  ),
  changeEntry: db.prepare(
    `UPDATE entry SET ${entryColumns.map((name) => `${name} = ?`).join(", ")}, digest = ?
      WHERE rowid = ?`,
  ),
  putWords: db.prepare(
    `INSERT INTO words (rowid, ${[...columns, placeColumn].join(", ")})
      VALUES (?, ${[...columns, placeColumn].map(() => "?").join(", ")})`,
  ),
  putTag: db.prepare("INSERT OR IGNORE INTO tag (name, entry) VALUES (?, ?)"),
  removeEntry: db.prepare("DELETE FROM entry WHERE rowid = ?"),
  removeWords: db.prepare("DELETE FROM words WHERE rowid = ?"),
  removeTag: db.prepare("DELETE FROM tag WHERE name = ? AND entry = ?"),
  setMark: db.prepare("INSERT OR REPLACE INTO doc (name, mark) VALUES (?, ?)"),
  moveMark: db.prepare("UPDATE doc SET mark = ? WHERE name = ?"),
  dropMark: db.prepare("DELETE FROM doc WHERE name = ?"),
});

/** The next free number of the hour in which the entry was made. */
const nextRowid = ({ lastIn }: { readonly lastIn: StatementSync }, id: EntryId): number => {
  const first = Math.floor(timeOfId(id) / hourMs) * rowsPerHour;
  const last = lastIn.get(first, first + rowsPerHour)?.["last"];
  return typeof last === "number" ? last + 1 : first;
};
