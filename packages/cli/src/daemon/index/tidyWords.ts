/**
 * The full-text table notes what is deleted and keeps the words until its parts are merged, which may be
 * never. Here they are merged in steps, once something has gone.
 */
import type { DatabaseSync } from "node:sqlite";

export interface Tidier {
  /** Words have gone that are not to stay on the disk. */
  begin(): void;
  /** Says whether there is more to do. */
  step(): boolean;
}

/** Of the table's own pages, some 4 kB each: a step takes a few milliseconds. */
const pagesPerStep = 64;

export const createTidier = (db: DatabaseSync): Tidier => {
  const merge = db.prepare("INSERT INTO words (words, rank) VALUES ('merge', ?)");
  const changes = db.prepare("SELECT total_changes() AS count");
  let state: "begun" | "merging" | "tidy" = "tidy";
  return {
    begin: () => {
      state = "begun";
    },
    step: () => {
      if (state === "tidy") return false;
      const before = Number(changes.get()?.["count"]);
      // Below zero it takes all parts together; above, it goes on with that (SQLite, FTS5 section 6.8).
      merge.run(state === "begun" ? -pagesPerStep : pagesPerStep);
      state = "merging";
      if (Number(changes.get()?.["count"]) - before >= 2) return true;
      state = "tidy";
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return false;
    },
  };
};
