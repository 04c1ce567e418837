/** What an error of SQLite means for a file that can be made anew. */

/** `damaged`: it will not get better. `refused`: the disk, or somebody else, does not let us for now. */
export type SqliteFault = "damaged" | "refused";

/** The low byte of SQLite's result codes; the rest says more of the same. */
const primaryCode = 0xff;

const faults: ReadonlyMap<number, SqliteFault> = new Map([
  [5, "refused"], // BUSY
  [6, "refused"], // LOCKED
  [7, "refused"], // NOMEM
  [8, "refused"], // READONLY
  [10, "refused"], // IOERR
  [11, "damaged"], // CORRUPT
  [13, "refused"], // FULL
  [14, "refused"], // CANTOPEN
  [26, "damaged"], // NOTADB
]);

/** Undefined for what is not SQLite's, and for a statement that is wrong: those are faults of ours. */
export const sqliteFaultOf = (error: unknown): SqliteFault | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? faults.get(error.errcode & primaryCode)
    : undefined;
