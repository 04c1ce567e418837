/** The tables of the index. Nothing of it is kept over a change: another version is made anew. */
import { searchColumns } from "@duro/memory";

/** In the file's `user_version`. Raised with every change of the tables or of what is put into them. */
export const indexVersion = 3;

export const columns = Object.keys(searchColumns) as readonly (keyof typeof searchColumns)[];

/**
 * Words by which a search is narrowed before it is ranked: the type, and the project without its prefix.
 * They stand in the full-text table, since looking each hit up in another would take longer than finding it.
 */
export const placeColumn = "place";

/** The arguments of bm25(): what a hit in each column weighs. A place is not what was asked for. */
export const weights = [...Object.values(searchColumns), 0].map((weight) => weight.toFixed(1));

/** How many entries of one hour find room before the next hour's numbers begin. */
export const rowsPerHour = 2 ** 20;

/**
 * `entry.rowid` grows with the age of entries, to the hour, so that a search can begin with the newest.
 * `age` is the id without its prefix: lists are in its order. What is searched is in `words` only, which
 * keeps no text of its own.
 */
export const schema = `
  CREATE TABLE doc (name TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE entry (
    rowid INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    age TEXT NOT NULL,
    type TEXT NOT NULL,
    doc TEXT NOT NULL,
    project TEXT,
    atMs INTEGER NOT NULL,
    device TEXT,
    line TEXT NOT NULL,
    tags TEXT NOT NULL,
    link TEXT,
    isForgotten INTEGER NOT NULL,
    forgottenMs INTEGER,
    forgottenBy TEXT,
    isHidden INTEGER NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entryByDoc ON entry (doc);
  CREATE INDEX entryByAge ON entry (type, age, atMs) WHERE isHidden = 0;
  CREATE INDEX entryByProject ON entry (project, type, age) WHERE isHidden = 0;
  CREATE INDEX entryByForgetting ON entry (forgottenMs) WHERE forgottenMs IS NOT NULL;
  CREATE INDEX entryByLink ON entry (link) WHERE link IS NOT NULL;
  CREATE TABLE tag (name TEXT, entry INTEGER, PRIMARY KEY (name, entry)) WITHOUT ROWID, STRICT;
  CREATE VIRTUAL TABLE words USING fts5(
    ${[...columns, placeColumn].join(", ")},
    tokenize = 'unicode61 remove_diacritics 2', content = '', contentless_delete = 1
  );
  PRAGMA user_version = ${indexVersion};
`;
