/** How the program ends: the numbers that scripts rely on, and what each of them says. */

export const Exit = {
  Done: 0,
  Unexpected: 1,
  Usage: 2,
  SomeSkipped: 3,
  Found: 4,
  NotSetUp: 5,
  Unreachable: 6,
  WrongKey: 10,
  Busy: 11,
  Safeguard: 12,
  VersionMismatch: 13,
  IntegrityFailure: 14,
  Interrupted: 130,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** For the help; of the numbers that all of Duro shares, those that a relay can end with. */
export const exitMeanings: Readonly<Record<Exit, string>> = {
  0: "done; a relay that was asked to stop ends with it, too",
  1: "unexpected: the disk is full or refuses, Postgres does not start, a fault in the program",
  2: "usage: a flag or a variable is wrong",
  3: "done, some items were skipped",
  4: "done, the check found something",
  5: "not set up: there is no relay in this data folder",
  6: "the database cannot be reached",
  10: "wrong key: the relay's key file does not belong to this data, or is damaged",
  11: "busy: the port or the data folder is in use",
  12: "a safeguard stopped it: the key is missing beside its data, or open to others",
  13: "version mismatch: the data is of another version of the relay or of Postgres",
  14: "integrity failure: what is stored is damaged",
  130: "interrupted before it had started",
};

/** Why a command ends without its result: what happened, and what to do next. */
export interface Failure {
  /** Named for what happened; scripts may rely on it. */
  readonly code: string;
  readonly exit: Exclude<Exit, 0>;
  readonly message: string;
  readonly next: string;
}
