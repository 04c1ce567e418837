import { routes } from "@duro/protocol";
import { Check } from "typebox/value";
import { afterEach, describe, expect, test } from "vitest";
import {
  type AccountApp,
  challengeOf,
  createAccountApp,
  generation,
} from "./testing/accountApp.ts";

const open: AccountApp[] = [];
const create: typeof createAccountApp = (options) => {
  const app = createAccountApp(options);
  open.push(app);
  return app;
};
afterEach(async () => {
  for (const { http } of open.splice(0)) await http.close();
});

test("the relay says what it is, as its route promises", async () => {
  const { http, keys } = create({ deps: { registration: "invite" } });
  const answer = await http.inject(routes.about.path);
  expect(answer.json()).toEqual({
    name: "duro",
    versionMin: 1,
    versionMax: 1,
    relayKey: Buffer.from(keys.signKey).toString("hex"),
    generation,
    registration: "invite",
  });
  expect(Check(routes.about.response[200], answer.json())).toBe(true);
  expect(answer.headers["content-type"]).toContain("application/json");
});

test("a challenge is as its route promises, and another each time", async () => {
  const app = create();
  const first = await challengeOf(app);
  expect(Check(routes.challenge.response[200], first)).toBe(true);
  expect((await challengeOf(app)).nonce).not.toBe(first.nonce);
});

test("a challenge takes no body", async () => {
  const { http } = create();
  const answer = await http.inject({
    method: "POST",
    url: routes.challenge.path,
    headers: { "content-type": "application/json" },
    payload: "{}",
  });
  expect(answer.statusCode).toBe(415);
});

describe("whether it is up", () => {
  test("the process answers without its database", async () => {
    const { http } = create({ askDatabase: async () => Promise.reject(new Error("gone")) });
    expect((await http.inject(routes.healthz.path)).json()).toEqual({ state: "ok" });
  });

  test("it is ready when the database answers", async () => {
    const { http } = create();
    expect((await http.inject(routes.readyz.path)).json()).toEqual({ state: "ready" });
  });

  test("it is not ready when the database fails", async () => {
    const { http } = create({ askDatabase: async () => Promise.reject(new Error("gone")) });
    const answer = await http.inject(routes.readyz.path);
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ refusal: "NotReady", facts: {} });
  });

  test("it is not ready when the database hangs, and says so after two seconds", async () => {
    let askedCount = 0;
    const { http } = create({
      askDatabase: async () => {
        askedCount += 1;
        return new Promise(() => {});
      },
    });
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => http.inject(routes.readyz.path)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(503));
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(askedCount).toBe(1);
  });
});

test("a query that no route has is refused", async () => {
  const { http } = create();
  for (const route of [routes.about, routes.healthz, routes.readyz])
    expect((await http.inject(`${route.path}?x=1`)).json()).toEqual({
      refusal: "InvalidField",
      facts: { path: "querystring", rule: "additionalProperties" },
    });
});

test("HEAD is a route of its own, and there is none here", async () => {
  const { http } = create();
  const answer = await http.inject({ method: "HEAD", url: routes.healthz.path });
  expect(answer.statusCode).toBe(404);
});
