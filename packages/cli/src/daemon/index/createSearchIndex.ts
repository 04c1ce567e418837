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
import { createTidier, type Tidier } from "./tidyWords.ts";
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
  readonly tidier: Tidier;
}

/** Of a document that is being replaced in turns. */
interface Replacement {
  mark: string;
  /** Newer than what the replacement was given. */
  readonly touched: Set<EntryId>;
}

/** Some ten milliseconds: nobody who asks meanwhile notices. */
const rowsPerTurn = 250;

const removeOthers = (writer: Writer, doc: DocName, rows: readonly IndexRow[]): void => {
  const kept = new Set<EntryId>(rows.map(({ id }) => id));
  const present = writer.idsIn(doc);
  writer.removeEntries(
    doc,
    present.filter((id) => !kept.has(id)),
  );
};

const openOver = (db: DatabaseSync): Open => {
  const tidier = createTidier(db);
  const writer = createWriter(db, () => tidier.begin());
  return { db, reader: createReader(db), writer, tidier };
};

export const createSearchIndex = ({ path, log, onLost }: SearchIndexOptions): SearchIndex => {
  let open = openOver(openIndexFile(path, log));

  const remake = (): void => {
    try {
      open.db.close();
    } catch {
      // Damaged as it is, it may not even close; its files go either way.
    }
    open = openOver(makeIndexFile(path, log));
    replacements.clear();
    onLost?.();
  };

  const replacements = new Map<DocName, Replacement>();

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

  /** Says whether it is in the file. */
  const write = (work: (writer: Writer) => void): boolean =>
    attempt(({ db, writer }) => {
      db.exec("BEGIN IMMEDIATE");
      try {
        work(writer);
        writer.settle();
        db.exec("COMMIT");
        return true;
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
    }, false);

  const replaceInTurns = async (
    doc: DocName,
    mark: string,
    rows: readonly IndexRow[],
    turn: () => Promise<void>,
  ): Promise<void> => {
    const mine: Replacement = { mark, touched: new Set() };
    replacements.set(doc, mine);
    const isMine = (): boolean => replacements.get(doc) === mine;
    let isWritten = write((writer) => {
      writer.dropMark(doc);
      removeOthers(writer, doc, rows);
    });
    for (let at = 0; at < rows.length && isWritten; at += rowsPerTurn) {
      await turn();
      if (!isMine()) return;
      const part = rows.slice(at, at + rowsPerTurn).filter(({ id }) => !mine.touched.has(id));
      isWritten = write((writer) => writer.putRows(part));
    }
    if (!isMine()) return;
    replacements.delete(doc);
    if (isWritten) write((writer) => writer.setMark(doc, mine.mark));
  };

  return {
    markOf: (doc) => attempt(({ reader }) => reader.markOf(doc), undefined),
    replaceDoc: (doc, mark, rows) => {
      replacements.delete(doc);
      write((writer) => {
        removeOthers(writer, doc, rows);
        writer.putRows(rows);
        writer.setMark(doc, mark);
      });
    },
    replaceDocInTurns: replaceInTurns,
    updateEntries: (doc, mark, rows, gone) => {
      const replacement = replacements.get(doc);
      if (replacement !== undefined) {
        replacement.mark = mark;
        for (const id of [...rows.map((row) => row.id), ...gone]) replacement.touched.add(id);
      }
      write((writer) => {
        writer.removeEntries(doc, gone);
        writer.putRows(rows);
        writer.moveMark(doc, mark);
      });
    },
    dropDoc: (doc) => {
      replacements.delete(doc);
      write((writer) => {
        writer.removeEntries(doc, writer.idsIn(doc));
        writer.dropMark(doc);
      });
    },
    search: (query, filter) => attempt(({ reader }) => reader.search(query, filter), []),
    list: (filter) => attempt(({ reader }) => reader.list(filter), { items: [] }),
    countByType: () => attempt(({ reader }) => reader.countByType(), new Map<KindName, number>()),
    forgottenSince: (sinceMs) => attempt(({ reader }) => reader.forgottenSince(sinceMs), []),
    idsBeginning: (text, limit) => attempt(({ reader }) => reader.idsBeginning(text, limit), []),
    tidy: () => attempt(({ tidier }) => tidier.step(), false),
    close: () => {
      replacements.clear();
      open.db.close();
    },
  };
};
