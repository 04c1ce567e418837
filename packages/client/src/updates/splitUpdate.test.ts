import { limits, missingIn, readUpdate } from "@duro/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { mergeUpdates } from "./mergeUpdates.ts";
import { splitUpdate } from "./splitUpdate.ts";
import { canonical, docFrom, docOf, editScript, play, visible } from "./testing/editScript.ts";

const author = 2 ** 52 + 17;
const people = [author, 2 ** 40 + 3, 2 ** 40 + 4];

const partsOf = (update: Uint8Array, byteLengthMax: number): readonly Uint8Array[] => {
  const parts = splitUpdate(update, byteLengthMax);
  if (!parts.ok) throw new Error(`${parts.error.byteLength} bytes do not fit`);
  return parts.value;
};

/** Applies them as a reader would, each only when nothing is missing. */
const applyParts = (doc: Y.Doc, parts: readonly Uint8Array[], clientId: number): void => {
  for (const part of parts) {
    const shape = readUpdate(part, clientId);
    if (!shape.ok) throw new Error(shape.error.expected);
    const state = Y.decodeStateVector(Y.encodeStateVector(doc));
    expect(missingIn(shape.value, state)).toEqual(new Map());
    Y.applyUpdate(doc, part, "heard");
    expect(doc.store.pendingStructs).toBeNull();
    expect(doc.store.pendingDs).toBeNull();
  }
};

const ownOf = ({ sent }: ReturnType<typeof play>): Uint8Array[] =>
  sent.filter(({ by }) => by === 0).map(({ update }) => update);

test("the parts are short, are each taken, and together are the whole", () => {
  fc.assert(
    fc.property(
      editScript(people.length),
      fc.integer({ min: 120, max: 400 }),
      (script, byteLengthMax) => {
        const played = play(script, people);
        const own = ownOf(played);
        if (own.length === 0) return;
        const whole = mergeUpdates(own);
        const parts = partsOf(whole, byteLengthMax);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(byteLengthMax);
        expect(parts.length === 1).toBe(whole.length <= byteLengthMax);
        const others = played.sent.filter(({ by }) => by !== 0).map(({ update }) => update);
        const before = mergeUpdates(others);
        const expected = docFrom([before, whole]);
        const reader = docFrom([mergeUpdates([before, ...parts])]);
        expect(canonical(reader)).toEqual(canonical(expected));
        expect(visible(reader)).toEqual(visible(expected));
        for (const part of parts) expect(readUpdate(part, author).ok).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

test("applied one after the other, no part waits for another or for what is deleted", () => {
  fc.assert(
    fc.property(editScript(1), fc.integer({ min: 120, max: 200 }), (script, byteLengthMax) => {
      const played = play(script, [author]);
      const own = ownOf(played);
      if (own.length === 0) return;
      const reader = docOf(5);
      applyParts(reader, partsOf(mergeUpdates(own), byteLengthMax), author);
      const whole = docFrom(own);
      expect(canonical(reader)).toEqual(canonical(whole));
      expect(visible(reader)).toEqual(visible(whole));
    }),
    { numRuns: 150 },
  );
});

const updateOf = (change: (doc: Y.Doc) => void): Uint8Array => {
  const doc = docOf(author);
  doc.transact(() => change(doc));
  return Y.encodeStateAsUpdate(doc);
};

test("a long text is cut between characters, never within one", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 40, maxLength: 400, unit: fc.constantFrom("a", "é", "語", "🦊") }),
      fc.integer({ min: 90, max: 130 }),
      (text, byteLengthMax) => {
        const update = updateOf((doc) => doc.getText("text").insert(0, text));
        const reader = docOf(5);
        applyParts(reader, partsOf(update, byteLengthMax), author);
        expect(reader.getText("text").toJSON()).toBe(text);
      },
    ),
  );
});

test("a long list of values is cut between values", () => {
  const values = Array.from({ length: 5_000 }, (_, at) => ({ at, name: `value ${at}` }));
  const update = updateOf((doc) => doc.getArray("list").push(values));
  const parts = partsOf(update, 10_000);
  expect(parts.length).toBeLessThan((1.1 * update.length) / 10_000 + 1);
  const reader = docOf(5);
  applyParts(reader, parts, author);
  expect(reader.getArray("list").toJSON()).toEqual(values);
});

test("one value that is larger than the limit is named as too large, and a smaller one is not", () => {
  const byteLengthMax = 1_000;
  const binary = (byteLength: number): Uint8Array =>
    updateOf((doc) => doc.getMap("map").set("a", new Uint8Array(byteLength)));
  expect(splitUpdate(binary(900), byteLengthMax).ok).toBe(true);
  expect(splitUpdate(binary(2_000), byteLengthMax)).toMatchObject({
    ok: false,
    error: { type: "UpdateTooLarge", byteLengthMax },
  });
  const embedded = updateOf((doc) => doc.getArray("list").push(["a", "b".repeat(2_000), "c"]));
  expect(splitUpdate(embedded, byteLengthMax)).toMatchObject({ error: { type: "UpdateTooLarge" } });
});

test("more structs than one update may have are spread over several", () => {
  const doc = docOf(author);
  doc.transact(() => {
    const text = doc.getText("text");
    // At the front each time, so that no two become one.
    for (let count = 0; count <= limits.structsPerUpdateMax; count += 1) text.insert(0, "x");
  });
  const parts = partsOf(Y.encodeStateAsUpdate(doc), 10_000_000);
  expect(parts.length).toBe(2);
  for (const part of parts) expect(Y.decodeUpdate(part).structs.length).toBeGreaterThan(0);
  expect(docFrom(parts).getText("text").length).toBe(limits.structsPerUpdateMax + 1);
});

test("many deletions are spread over parts of their own, each behind what it deletes", () => {
  const doc = docOf(author);
  const text = doc.getText("text");
  text.insert(0, "x".repeat(4_000));
  doc.transact(() => {
    for (let at = 1_999; at >= 0; at -= 1) text.delete(2 * at, 1);
  });
  const parts = partsOf(Y.encodeStateAsUpdate(doc), 500);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(500);
  const reader = docOf(5);
  applyParts(reader, parts, author);
  expect(reader.getText("text").length).toBe(2_000);
  expect(canonical(reader)).toEqual(canonical(doc));
});
