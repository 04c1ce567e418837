/** Who answers at an address: told from what it sends, whatever that is. */
import { err, ok } from "@duro/crypto/types";
import { protocolVersion } from "@duro/protocol";
import { expect, test } from "vitest";
import type { Http, HttpAnswer } from "../ports/http.ts";
import { askRelay } from "./askRelay.ts";

const relayUrl = "https://relay.example";

const asked: string[] = [];
const answering = (
  answer: Partial<Omit<HttpAnswer, "body">> & { readonly text?: string },
): Http => ({
  request: ({ url }) => {
    asked.push(url);
    const body = new TextEncoder().encode(answer.text ?? "");
    return Promise.resolve(ok({ status: 200, headers: new Map(), ...answer, body }));
  },
});

const about = { name: "duro", versionMin: 1, versionMax: protocolVersion, registration: "open" };

test("a relay says what it speaks, whom it takes, and what time it has", async () => {
  const headers = new Map([["date", "Sat, 21 Nov 2026 12:00:00 GMT"]]);
  const http = answering({ headers, text: JSON.stringify({ ...about, relayKey: "00" }) });
  expect(await askRelay(http, relayUrl)).toEqual({
    ok: true,
    value: {
      versionMin: 1,
      versionMax: protocolVersion,
      registration: "open",
      nowMs: Date.UTC(2026, 10, 21, 12),
    },
  });
  expect(asked).toEqual([`${relayUrl}/.well-known/duro`]);
});

test.each([
  [
    { versionMin: 0, versionMax: 0 },
    { min: 0, max: 0 },
  ],
  [
    { versionMin: 7, versionMax: 9 },
    { min: 7, max: 9 },
  ],
])("a relay that speaks %j is another version's", async (versions, { min, max }) => {
  const http = answering({ text: JSON.stringify({ ...about, ...versions }) });
  const error = { type: "RelayVersionDiffers", min, max, ours: protocolVersion };
  expect(await askRelay(http, relayUrl)).toEqual({ ok: false, error });
});

test.each([
  ["a page", { text: "<html><TITLE>Welcome to\n nginx!</TITLE>" }, { title: "Welcome to nginx!" }],
  ["an error of a proxy", { status: 502, text: JSON.stringify(about) }, { status: 502 }],
  ["somebody else's JSON", { text: '{"name":"matrix"}' }, { title: undefined }],
  ["nothing", {}, { status: 200, server: undefined }],
  [
    "a redirect",
    { status: 301, headers: new Map([["location", "https://x.example/\u001B[2J"]]) },
    { location: "https://x.example/ [2J" },
  ],
])("%s is no relay, and is described without what steers a terminal", async (_, answer, told) => {
  expect(await askRelay(answering(answer), relayUrl)).toMatchObject({
    ok: false,
    error: { type: "NotARelay", ...told },
  });
});

test("what was not reached stays what the platform called it, and what never ends is no relay", async () => {
  const failing = (answer: Awaited<ReturnType<Http["request"]>>): Http => ({
    request: async () => answer,
  });
  const refused = { type: "Unreachable", code: "ECONNREFUSED" } as const;
  expect(await askRelay(failing(err(refused)), relayUrl)).toEqual({ ok: false, error: refused });
  const long = { type: "AnswerTooLong", byteLengthMax: 1 } as const;
  expect(await askRelay(failing(err(long)), relayUrl)).toMatchObject({
    ok: false,
    error: { type: "NotARelay" },
  });
});
