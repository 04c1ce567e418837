import { expect, test } from "vitest";
import { createManualClock } from "../testing/manualClock.ts";
import { createBrowserHttp } from "./browserHttp.ts";

/** The page under test has a server of its own: the one that serves it. */
const servedPath = "/packages/client/package.json";

const ask = (url: string, answerByteLengthMax: number, clock = createManualClock()) =>
  createBrowserHttp({ clock }).request({
    method: "GET",
    url,
    headers: { accept: "application/json" },
    body: undefined,
    answerByteLengthMax,
  });

test("a browser's answer comes with its status, its headers and its bytes", async () => {
  const answered = await ask(`${location.origin}${servedPath}`, 100_000);
  expect(answered).toMatchObject({ ok: true, value: { status: 200 } });
  if (!answered.ok) return;
  expect(answered.value.headers.get("content-type")).toMatch(/json/u);
  expect(JSON.parse(new TextDecoder().decode(answered.value.body))).toMatchObject({
    name: "@duro/client",
  });
});

test("a browser's answer that is too long is not read to its end", async () => {
  expect(await ask(`${location.origin}${servedPath}`, 10)).toEqual({
    ok: false,
    error: { type: "AnswerTooLong", byteLengthMax: 10 },
  });
});

test("where nobody listens a browser has no answer", async () => {
  expect(await ask("http://127.0.0.1:9", 10)).toMatchObject({
    ok: false,
    error: { type: "Unreachable" },
  });
});

test("a browser's request that takes too long is given up", async () => {
  const clock = createManualClock();
  const asking = ask(`${location.origin}${servedPath}`, 100_000, clock);
  clock.pass(600_000);
  expect(await asking).toEqual({ ok: false, error: { type: "Unreachable", code: "ETIMEDOUT" } });
});
