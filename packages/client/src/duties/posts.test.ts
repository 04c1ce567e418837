/** Records appended by compare-and-append. */
import { createPerson, withPaper } from "@duro/crypto/testing/people";
import { systemRandomBytes } from "@duro/crypto";
import { LogKind, ok } from "@duro/crypto/types";
import { expect, test } from "vitest";
import type { EngineEffect } from "../engine/connection.ts";
import { createPosts } from "./posts.ts";

const person = createPerson({ randomBytes: systemRandomBytes });
const [genesis] = person.records;
const { records } = withPaper({ randomBytes: systemRandomBytes }, person).person;
const name = { kind: LogKind.Identity, log: person.state.user } as const;

const refusedWith = (request: number, refusal: "LogHeadStale" | "RoleForbids"): EngineEffect => ({
  kind: "requestRefused",
  request,
  refusal: { name: refusal, number: 0, facts: {} },
});

/** A relay that answers the n-th request with the n-th answer. */
const create = (answers: readonly ((request: number) => EngineEffect)[]) => {
  const asked: number[] = [];
  const appended: unknown[] = [];
  let caughtUp = 0;
  const posts = createPosts({
    append: (request) => {
      const answer = answers[asked.length];
      asked.push(request);
      if (answer !== undefined) queueMicrotask(() => posts.take(answer(request)));
    },
    catchUp: async () => {
      caughtUp += 1;
    },
    appended: async (_, record) => void appended.push(record),
  });
  return { posts, asked, appended, caughtUp: () => caughtUp };
};

const accepted = (request: number): EngineEffect => ({
  kind: "recordAppended",
  request,
  index: 0,
  id: person.state.head.id,
});

test("a record that is appended is known from then on", async () => {
  const { posts, appended } = create([accepted]);
  expect(await posts.post(name, () => genesis)).toEqual(ok(undefined));
  expect(appended).toEqual([genesis]);
});

test("whoever loses looks again at what stands, and makes the record anew", async () => {
  const { posts, appended, caughtUp } = create([
    (request) => refusedWith(request, "LogHeadStale"),
    accepted,
  ]);
  const made = [...records];
  expect(await posts.post(name, () => made.shift())).toEqual(ok(undefined));
  expect(caughtUp()).toBe(1);
  expect(appended).toEqual([records[1]]);
});

test("where nothing is left to do nothing is appended", async () => {
  const { posts, asked } = create([(request) => refusedWith(request, "LogHeadStale")]);
  const made = [genesis];
  expect(await posts.post(name, () => made.shift())).toEqual(ok(undefined));
  expect(asked).toHaveLength(1);
});

test("another refusal, and a lost connection, are said by name and not tried again", async () => {
  const refused = create([(request) => refusedWith(request, "RoleForbids")]);
  expect(await refused.posts.post(name, () => genesis)).toEqual({
    ok: false,
    error: { type: "RecordRefused", refusal: "RoleForbids" },
  });
  const lost = create([(request) => ({ kind: "requestLost", request })]);
  expect(await lost.posts.post(name, () => genesis)).toEqual({
    ok: false,
    error: { type: "RecordLost" },
  });
  expect([refused.asked.length, lost.asked.length]).toEqual([1, 1]);
});

test("a relay that always says stale is given up on", async () => {
  const { posts, asked } = create(
    Array.from({ length: 20 }, () => (request: number) => refusedWith(request, "LogHeadStale")),
  );
  expect(await posts.post(name, () => genesis)).toMatchObject({
    ok: false,
    error: { refusal: "LogHeadStale" },
  });
  expect(asked.length).toBeLessThan(20);
});

test("an answer to what nobody asked is somebody else's", () => {
  const { posts } = create([]);
  expect(posts.take({ kind: "requestLost", request: 77 })).toBe(false);
  expect(
    posts.take({
      kind: "requestRefused",
      request: 77,
      refusal: { name: undefined, number: 1, facts: {} },
    }),
  ).toBe(false);
});
