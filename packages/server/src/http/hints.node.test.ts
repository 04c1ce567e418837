import { routes } from "@duro/protocol";
import { afterEach, expect, test } from "vitest";
import { createTestHttp, type TestHttp } from "./testing/testHttp.ts";

const open: TestHttp[] = [];
const create = (trustedProxies: readonly string[] = []): TestHttp => {
  const app = createTestHttp({ trustedProxies });
  open.push(app);
  app.http.get(routes.account.path, async () => "here");
  app.http.get("/open", async () => "here");
  return app;
};
afterEach(async () => {
  for (const { http } of open.splice(0)) await http.close();
});

const warnings = ({ logged }: TestHttp): readonly string[] =>
  logged.filter((line) => line.includes('"level":"warn"'));

test("a login at a name that is not ours is said once, without the name", async () => {
  const app = create();
  for (const host of ["CANARY.test", "CANARY.test", "other.test"])
    await app.http.inject({ url: routes.account.path, headers: { host } });
  expect(warnings(app)).toHaveLength(1);
  expect(warnings(app)[0]).toContain("--public-url");
  expect(app.logged.join("")).not.toContain("CANARY");
});

test("a name of ours, and a route without a login, say nothing", async () => {
  const app = create();
  await app.http.inject({ url: routes.account.path, headers: { host: "Relay.Test" } });
  await app.http.inject({ url: "/open", headers: { host: "other.test" } });
  expect(warnings(app)).toEqual([]);
});

test("a proxy that nobody named is said once", async () => {
  const headers = { host: "relay.test", "x-forwarded-for": "203.0.113.77" };
  const app = create();
  for (let round = 0; round < 3; round++) await app.http.inject({ url: "/open", headers });
  expect(warnings(app)).toHaveLength(1);
  expect(warnings(app)[0]).toContain("--trust-proxy");
  expect(app.logged.join("")).not.toContain("203.0.113.77");
  const named = create(["127.0.0.1"]);
  await named.http.inject({ url: "/open", headers });
  expect(warnings(named)).toEqual([]);
});
