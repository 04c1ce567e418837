import { expect, test } from "vitest";
import { readRefusal } from "./readRefusal.ts";

const bytes = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

test("a refusal is read with its facts", () => {
  const read = readRefusal(bytes({ refusal: "QuotaExceeded", facts: { byteLength: "5" } }));
  expect(read).toEqual({ name: "QuotaExceeded", facts: new Map([["byteLength", "5"]]) });
});

test("facts that are none, and what nobody may say, are left behind", () => {
  const facts = { byteLength: 5, long: "x".repeat(257), what: "vault" };
  expect(readRefusal(bytes({ refusal: "Internal", facts }))?.facts).toEqual(
    new Map([["what", "vault"]]),
  );
  const many = Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`a${at}`, "b"]));
  expect(readRefusal(bytes({ refusal: "Internal", facts: many }))?.facts.size).toBe(8);
});

test.each([
  ["a name of a later relay", { refusal: "TooBlue", facts: {} }],
  ["a name of every object", { refusal: "toString", facts: {} }],
  ["no name", { facts: {} }],
  ["a name that is no text", { refusal: 9 }],
  ["null", null],
  ["a text", "Internal"],
  ["a long one", { refusal: "Internal", facts: {}, more: "x".repeat(40_000) }],
])("%s is no refusal that is known", (_, json) => {
  expect(readRefusal(bytes(json))).toBeUndefined();
});

test("what is no JSON, or no text, is no refusal", () => {
  expect(readRefusal(new TextEncoder().encode("<h1>Bad gateway</h1>"))).toBeUndefined();
  expect(readRefusal(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
  expect(readRefusal(new Uint8Array())).toBeUndefined();
});
