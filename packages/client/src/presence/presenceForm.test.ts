import { bytesToHex, concatBytes, encode } from "@duro/crypto/types";
import { docIds } from "@duro/protocol";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodePresenceEntries,
  docsPerPresenceMax,
  encodePresence,
  stateByteLengthMax,
} from "./presenceForm.ts";

const docOf = (fill: number) => docIds.fromBytes(new Uint8Array(docIds.byteLength).fill(fill));

const raw = (...texts: readonly string[]): Uint8Array =>
  encode((to) => {
    to.u8(1);
    to.varUint(texts.length);
    for (const [at, text] of texts.entries()) {
      docIds.write(to, docOf(at));
      to.text(text);
    }
  });

test("a presence is exactly these bytes; if this fails, the format changed", () => {
  const bytes = encodePresence([
    { doc: docOf(1), state: { at: 5 } },
    { doc: docOf(2), state: null },
  ]);
  expect(bytesToHex(bytes)).toBe(
    `0102${"01".repeat(16)}08${bytesToHex(new TextEncoder().encode('{"at":5}'))}${"02".repeat(16)}046e756c6c`,
  );
});

test("any states come back as they were", () => {
  const value = fc.oneof(
    fc.string({ maxLength: 20, unit: "grapheme" }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.nat(), { maxLength: 3 }),
    fc.record({ anchor: fc.nat(), head: fc.nat() }),
  );
  const state = fc.dictionary(fc.constantFrom("name", "at", "toString", "ö", ""), value);
  fc.assert(
    fc.property(fc.array(fc.option(state), { maxLength: docsPerPresenceMax }), (states) => {
      const entries = states.map((one, at) => ({ doc: docOf(at), state: one }));
      const decoded = decodePresenceEntries(encodePresence(entries));
      expect(JSON.stringify(decoded.ok && decoded.value)).toBe(JSON.stringify(entries));
    }),
  );
});

describe("what nobody may send", () => {
  const tooLong = JSON.stringify({ name: "x".repeat(stateByteLengthMax) });
  const deep = `{"a":${"[".repeat(200)}${"]".repeat(200)}}`;
  test.each([
    ["no bytes", new Uint8Array()],
    ["no JSON", raw("{")],
    ["a number", raw("5")],
    ["a list", raw("[]")],
    ["a state that is too long", raw(tooLong)],
    ["a state that is too deep", raw(deep)],
    ["a name that changes what an object is", raw('{"a":{"__proto__":{}}}')],
    ["more documents than one presence has", raw(...Array<string>(9).fill("{}"))],
    [
      "a document twice",
      concatBytes(Uint8Array.of(1, 2), raw("{}").subarray(2), raw("{}").subarray(2)),
    ],
    ["bytes behind the end", concatBytes(raw("{}"), Uint8Array.of(0))],
    ["no text", concatBytes(raw("{}").subarray(0, -2), Uint8Array.of(0xff, 0xff))],
    ["a count without entries", Uint8Array.of(1, 8)],
  ])("%s", (_, bytes) => {
    expect(decodePresenceEntries(bytes)).toMatchObject({ ok: false, error: { type: "Malformed" } });
  });

  test("any bytes are read or refused, and nothing throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof decodePresenceEntries(bytes).ok).toBe("boolean");
      }),
    );
  });
});

test("a later format is told from broken bytes", () => {
  expect(decodePresenceEntries(Uint8Array.of(2, 0))).toMatchObject({
    ok: false,
    error: { type: "FormatUnsupported", format: 2 },
  });
});
