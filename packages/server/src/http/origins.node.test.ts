import { afterAll, describe, expect, test } from "vitest";
import { isOriginAllowed } from "./origins.ts";
import { createTestHttp } from "./testing/testHttp.ts";

const origins = new Set(["https://relay.test", "https://view.test"]);

test.each([
  [undefined, true],
  ["https://relay.test", true],
  ["https://view.test", true],
  ["null", false],
  ["", false],
  ["http://relay.test", false],
  ["https://relay.test:8443", false],
  ["https://relay.test.evil.test", false],
  ["https://evil.test", false],
  ["https://relay.test, https://evil.test", false],
  ["HTTPS://RELAY.TEST", false],
])("a page of origin %s may ask: %s", (origin, isAllowed) => {
  expect(isOriginAllowed(origin, origins)).toBe(isAllowed);
});

describe("over HTTP", () => {
  const { http } = createTestHttp();
  let changeCount = 0;
  http.post("/change", async () => {
    changeCount += 1;
    return "done";
  });
  http.get("/read", async () => "here");
  afterAll(() => http.close());

  const ask = (method: "GET" | "POST" | "OPTIONS", url: string, headers: Record<string, string>) =>
    http.inject({ method, url, headers });

  test.each([["https://evil.test"], ["null"], ["http://relay.test.evil.test"]])(
    "%s changes nothing",
    async (origin) => {
      const before = changeCount;
      const answer = await ask("POST", "/change", { origin });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toEqual({ refusal: "OriginRefused", facts: {} });
      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
      expect(changeCount).toBe(before);
    },
  );

  test("a foreign page's browser is not allowed to hand it what was read", async () => {
    const answer = await ask("GET", "/read", { origin: "https://evil.test" });
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("a page that makes a foreign Host is foreign all the same", async () => {
    const headers = { host: "evil.test", origin: "http://evil.test" };
    expect((await ask("POST", "/change", headers)).statusCode).toBe(403);
  });

  test.each([["http://relay.test"], ["https://view.test"]])("%s may change", async (origin) => {
    const answer = await ask("POST", "/change", { origin });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ "access-control-allow-origin": origin, vary: "origin" });
    expect(answer.headers).not.toHaveProperty("access-control-allow-credentials");
  });

  test("a preflight is answered for allowed origins only", async () => {
    const wish = { "access-control-request-method": "PUT" };
    const allowed = await ask("OPTIONS", "/any/where", { ...wish, origin: "https://view.test" });
    expect(allowed.statusCode).toBe(204);
    expect(allowed.headers["access-control-allow-headers"]).toContain("authorization");
    const foreign = await ask("OPTIONS", "/any/where", { ...wish, origin: "https://evil.test" });
    expect(foreign.statusCode).toBe(403);
    expect((await ask("OPTIONS", "/read", {})).statusCode).toBe(404);
  });
});
