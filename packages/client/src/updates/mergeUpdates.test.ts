import { readUpdate } from "@duro/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { encodeStruct } from "./cutStruct.ts";
import { deletionsOf } from "./deletions.ts";
import { mergeEdits, mergeUpdates } from "./mergeUpdates.ts";
import { canonical, docFrom, docOf, editScript, play, visible } from "./testing/editScript.ts";

const people = [2 ** 52 + 17, 2 ** 40 + 3, 2 ** 40 + 4];

test("an author's updates merged are one update of that author, and bring all that they brought", () => {
  fc.assert(
    fc.property(editScript(people.length), (script) => {
      const { docs, sent } = play(script, people);
      const all = docFrom(docs.map((doc) => Y.encodeStateAsUpdate(doc)));
      const merged = people.flatMap((clientId, who) => {
        const own = sent.filter(({ by }) => by === who).map(({ update }) => update);
        if (own.length === 0) return [];
        const update = mergeUpdates(own);
        const shape = readUpdate(update, clientId);
        const end = shape.ok ? (shape.value.brings?.end ?? 0) : undefined;
        expect(end).toBe(Y.getState(all.store, clientId));
        return [update];
      });
      // Together, since people stand on each other's edits.
      const from = docFrom([mergeUpdates(merged)]);
      expect(from.store.pendingStructs).toBeNull();
      expect(canonical(from)).toEqual(canonical(all));
      expect(visible(from)).toEqual(visible(all));
    }),
    { numRuns: 150 },
  );
});

/** In whatever order it says who is deleted from. */
const said = (update: Uint8Array) => ({
  structs: Y.decodeUpdate(update).structs.map(encodeStruct),
  deletions: deletionsOf([update]),
  byteLength: update.length,
});

test("edits in their order are merged to the same as in any order", () => {
  let mergedCount = 0;
  fc.assert(
    fc.property(editScript(people.length), fc.nat(3), (script, from) => {
      const { sent } = play(script, people);
      for (const who of people.keys()) {
        const own = sent.filter(({ by }) => by === who).map(({ update }) => update);
        const some = own.slice(from);
        if (some.length === 0) continue;
        if (some.length > 1) mergedCount += 1;
        expect(said(mergeEdits(some))).toEqual(said(mergeUpdates(some)));
      }
    }),
    { numRuns: 150 },
  );
  expect(mergedCount).toBeGreaterThan(100);
});

test("ten thousand updates are merged, in whatever order they are given", () => {
  const doc = docOf(people[0] ?? 0);
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const text = doc.getText("text");
  for (let count = 0; count < 10_000; count += 1)
    text.insert((count * 7) % (text.length + 1), "ab");
  const shape = readUpdate(mergeUpdates(updates), doc.clientID);
  expect(shape.ok && shape.value.brings).toEqual({ clientId: doc.clientID, from: 0, end: 20_000 });
  const mixed = updates.map((_, at) => updates[(at * 7_919) % updates.length] ?? new Uint8Array());
  expect(canonical(docFrom([mergeUpdates(mixed)]))).toEqual(canonical(doc));
});

test("what was typed character after character is one operation, and replicas that had half of it agree", () => {
  const doc = docOf(people[0] ?? 0);
  const other = docOf(people[1] ?? 0);
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const text = doc.getText("text");
  for (const character of "one two 🦊 three") text.insert(text.length, character);
  const merged = mergeUpdates(updates);
  expect(Y.decodeUpdate(merged).structs.length).toBe(1);
  expect(merged.length).toBeLessThan(50);
  // Writes into its middle while it has half of it.
  const heard = docFrom(updates.slice(0, 6), people[2]);
  heard.getText("text").insert(3, "X");
  heard.getText("text").delete(0, 2);
  const concurrent = Y.encodeStateAsUpdate(heard);
  Y.applyUpdate(other, concurrent, "heard");
  Y.applyUpdate(other, merged, "heard");
  const apart = docFrom([...updates, concurrent]);
  expect(visible(other)).toEqual(visible(apart));
  expect(canonical(other)).toEqual(canonical(apart));
  expect(canonical(docFrom([concurrent, merged]))).toEqual(
    canonical(docFrom([merged, concurrent])),
  );
});

test("however people type beside each other, what is joined ends where it was apart", () => {
  const keystroke = fc.record({
    who: fc.nat(1),
    // Mostly on from where one was.
    jump: fc.option(fc.nat(20), { freq: 3 }),
    hear: fc.boolean(),
    erase: fc.boolean(),
  });
  let joinedCount = 0;
  fc.assert(
    fc.property(fc.array(keystroke, { maxLength: 60, size: "max" }), (strokes) => {
      const docs = people.slice(0, 2).map((clientId) => docOf(clientId));
      const sent: Uint8Array[][] = [[], []];
      docs.forEach((doc, who) =>
        doc.on("update", (update: Uint8Array, origin: unknown) => {
          if (origin !== "heard") sent[who]?.push(update);
        }),
      );
      const places = [0, 0];
      for (const { who, jump, hear, erase } of strokes) {
        const [doc, other] = who === 0 ? docs : docs.toReversed();
        if (doc === undefined || other === undefined) continue;
        if (hear && jump !== null) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), "heard");
        const text = doc.getText("text");
        const at = Math.min(jump ?? places[who] ?? 0, text.length);
        if (erase && jump !== null && at > 0) text.delete(at - 1, 1);
        else text.insert(at, String(who));
        places[who] = Math.min(at + 1, text.length);
      }
      const merged = sent.map(mergeUpdates);
      const count = (updates: readonly Uint8Array[]): number =>
        updates.flatMap((update) => Y.decodeUpdate(update).structs).length;
      joinedCount += count(sent.flat()) - count(merged);
      const apart = docFrom(sent.flat());
      const together = docFrom([Y.mergeUpdates(merged)]);
      expect(visible(together)).toEqual(visible(apart));
      expect(canonical(together)).toEqual(canonical(apart));
      // One who had some of it already.
      const late = docFrom([...(sent[0]?.slice(0, 7) ?? []), ...(sent[1]?.slice(0, 3) ?? [])]);
      Y.applyUpdate(late, Y.mergeUpdates(merged), "heard");
      expect(canonical(late)).toEqual(canonical(apart));
    }),
    { numRuns: 150 },
  );
  expect(joinedCount).toBeGreaterThan(1_000);
});

test("values set under one key one after the other stay apart", () => {
  const doc = docOf(people[0] ?? 0);
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  for (let count = 0; count < 5; count += 1) doc.getMap("map").set("a", `value ${count}`);
  const merged = mergeUpdates(updates);
  expect(Y.decodeUpdate(merged).structs.length).toBe(5);
  expect(visible(docFrom([merged])).map).toEqual({ a: "value 4" });
});

test("nothing merged is an update that changes nothing, and one alone stays as it is", () => {
  expect(mergeUpdates([])).toEqual(Uint8Array.of(0, 0));
  const one = Y.encodeStateAsUpdate(docOf(3));
  expect(mergeUpdates([one])).toEqual(one);
});
