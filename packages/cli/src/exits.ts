/** How the program ends: the numbers that scripts rely on, and what each of them says. */

export const Exit = {
  Done: 0,
  Unexpected: 1,
  Usage: 2,
  SomeSkipped: 3,
  Found: 4,
  NotSetUp: 5,
  DaemonUnreachable: 6,
  Offline: 7,
  RelayRefused: 8,
  DeviceRemoved: 9,
  WrongKey: 10,
  Busy: 11,
  Safeguard: 12,
  VersionMismatch: 13,
  IntegrityFailure: 14,
  Interrupted: 130,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export const exitMeanings: Readonly<Record<Exit, string>> = {
  0: "done",
  1: "unexpected: the disk is full or refuses, or a fault in the program",
  2: "usage: an argument, a flag or a variable is wrong",
  3: "done, some items were skipped",
  4: "done, the check found something",
  5: "not set up: there is no memory on this machine yet",
  6: "the daemon cannot be reached",
  7: "offline: the work is queued and goes out later",
  8: "the relay refused: quota, plan or rate",
  9: "this device was removed",
  10: "wrong key, words or code",
  11: "busy: another operation is running",
  12: "a safeguard stopped it: rollback, mass deletion or a cloned device",
  13: "version mismatch",
  14: "integrity failure: what is stored is damaged",
  130: "interrupted",
};
