import { expect, test } from "vitest";
import { writersOf } from "./checkpointFacts.ts";
import { userOf } from "./testing/judgingFacts.ts";

test("a writer was last heard of when the last of their chains was, and others are no writers", () => {
  const members = new Map([
    [userOf(1), { writerSince: 3 }],
    [userOf(2), { writerSince: undefined }],
    [userOf(3), { writerSince: 1 }],
  ]);
  const heard = [
    { user: userOf(1), heardAtMs: 5 },
    { user: userOf(1), heardAtMs: 9 },
    { user: userOf(1), heardAtMs: 7 },
    { user: userOf(2), heardAtMs: 8 },
    { user: userOf(4), heardAtMs: 8 },
  ];
  expect(writersOf(members, heard)).toEqual(
    new Map([
      [userOf(1), 9],
      [userOf(3), undefined],
    ]),
  );
});
