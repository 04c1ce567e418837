/**
 * The index over node:sqlite. A fault of its file never reaches a person: a file that cannot be read is
 * made anew, and what could not be written shows in the mark that stayed behind.
 */
import type { DatabaseSync } from "node:sqlite";
import type { DocName, EntryId, KindName } from "@duro/memory";
import { makeIndexFile, openIndexFile, type Tell } from "./indexFile.ts";
import { createReader, type Reader } from "./readRows.ts";
import type { IndexRow, SearchIndex } from "./searchIndex.ts";
import { sqliteFaultOf } from "./sqliteFault.ts";
import { createWriter, type Writer } from "./writeRows.ts";

export interface SearchIndexOptions {
  readonly path: string;
  /** A sentence for the log. */
  readonly log: Tell;
  /** The file turned out to be damaged and is empty now: every document has to be brought in again. */
  readonly onLost?: () => void;
}

interface Open {
  readonly db: DatabaseSync;
  readonly reader: Reader;
  readonly writer: Writer;
}

const openOver = (db: DatabaseSync): Open => ({
  db,
  reader: createReader(db),
  writer: createWriter(db),
});

export const createSearchIndex = ({ path, log, onLost }: SearchIndexOptions): SearchIndex => {
  let open = openOver(openIndexFile(path, log));

  const remake = (): void => {
    try {
      open.db.close();
    } catch {
      // Damaged as it is, it may not even close; its files go either way.
    }
    open = openOver(makeIndexFile(path, log));
    onLost?.();
  };

  const attempt = <T>(work: (at: Open) => T, otherwise: T): T => {
    try {
      return work(open);
    } catch (error) {
      const fault = sqliteFaultOf(error);
      if (fault === undefined) throw error;
      if (fault === "refused") {
        log("The search index could not be read or written, and was left as it is.");
        return otherwise;
      }
      log("The search index is made anew, since the one on disk is damaged.");
      remake();
      return otherwise;
    }
  };

  const write = (work: (writer: Writer) => void): void =>
    attempt(({ db, writer }) => {
      db.exec("BEGIN IMMEDIATE");
      try {
        work(writer);
        writer.settle();
        db.exec("COMMIT");
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
    }, undefined);

  const replaceDoc = (doc: DocName, mark: string, rows: readonly IndexRow[]): void =>
    write((writer) => {
      const kept = new Set<EntryId>(rows.map(({ id }) => id));
      writer.removeEntries(
        doc,
        writer.idsIn(doc).filter((id) => !kept.has(id)),
      );
      writer.putRows(rows);
      writer.setMark(doc, mark);
    });

  return {
    markOf: (doc) => attempt(({ reader }) => reader.markOf(doc), undefined),
    replaceDoc,
    updateEntries: (doc, mark, rows, gone) =>
      write((writer) => {
        writer.removeEntries(doc, gone);
        writer.putRows(rows);
        writer.moveMark(doc, mark);
      }),
    dropDoc: (doc) =>
      write((writer) => {
        writer.removeEntries(doc, writer.idsIn(doc));
        writer.dropMark(doc);
      }),
    search: (query, filter) => attempt(({ reader }) => reader.search(query, filter), []),
    list: (filter) => attempt(({ reader }) => reader.list(filter), { items: [] }),
    countByType: () => attempt(({ reader }) => reader.countByType(), new Map<KindName, number>()),
    idsBeginning: (text, limit) => attempt(({ reader }) => reader.idsBeginning(text, limit), []),
    close: () => open.db.close(),
  };
};
