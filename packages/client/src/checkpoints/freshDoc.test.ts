import { must } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { bytesToHex } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { stopFormattingCleanup } from "../updates/formattingCleanup.ts";
import { editScript, play } from "../updates/testing/editScript.ts";
import { digestOfState, emptyState } from "./freshDoc.ts";
import { packState } from "./packedState.ts";

const people = [11, 2 ** 45 + 3, 500];

const shuffled = (updates: readonly Uint8Array[], seed: string): Uint8Array[] => {
  const order = seededRandomBytes(seed)(updates.length);
  return updates.toSorted(
    (a, b) => (order[updates.indexOf(a)] ?? 0) - (order[updates.indexOf(b)] ?? 0),
  );
};

/** What somebody holds who got them one by one, with or without collecting what was deleted. */
const arrived = (updates: readonly Uint8Array[], gc: boolean): Uint8Array => {
  const doc = new Y.Doc({ gc });
  stopFormattingCleanup(doc);
  for (const update of updates) Y.applyUpdate(doc, update);
  return Y.encodeStateAsUpdate(doc);
};

/** However the same edits came to be a state. */
const historiesOf = (updates: readonly Uint8Array[]): Uint8Array[] => [
  Y.mergeUpdates([...updates]),
  arrived(updates, true),
  arrived(shuffled(updates, "one"), true),
  arrived(shuffled(updates, "other"), false),
  Y.mergeUpdates([arrived(updates, true), Y.mergeUpdates(shuffled(updates, "third"))]),
];

const editsOf = fc
  .tuple(editScript(3, 80), fc.boolean())
  .map(([script, hasAny]) => (hasAny ? script : script.slice(0, 1)))
  .map((script) => play(script, people).sent.map(({ update }) => update))
  .filter((updates) => updates.length > 0);

describe("documents that say the same", () => {
  test("have one digest, whatever came first and whoever collected what was deleted", () => {
    fc.assert(
      fc.property(editsOf, (updates) => {
        const digests = historiesOf(updates).map((state) => bytesToHex(must(digestOfState(state))));
        expect(new Set(digests).size).toBe(1);
      }),
      { numRuns: 120 },
    );
  });

  test("are packed as the same bytes", () => {
    fc.assert(
      fc.property(editsOf, (updates) => {
        const packed = historiesOf(updates).map((state) => {
          const made = must(packState(state));
          return made === undefined ? "" : bytesToHex(made.packed);
        });
        expect(new Set(packed).size).toBe(1);
      }),
      { numRuns: 120 },
    );
  });

  test("have one digest though edits went through the middle of a pair of units", () => {
    const emoji = fc.constantFrom("😀", "a", "👩‍👩‍👧");
    const step = fc.tuple(fc.nat(1), fc.nat(30), fc.boolean(), emoji);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const updates: Uint8Array[] = [];
        const docs = [1, 2].map((clientId) => {
          const doc = new Y.Doc();
          doc.clientID = clientId;
          doc.on("update", (update: Uint8Array, origin) => {
            if (origin !== "heard") updates.push(update);
          });
          return doc;
        });
        for (const [who, at, isInsert, word] of steps) {
          const [doc, other] = who === 0 ? docs : docs.toReversed();
          const text = doc?.getText("t");
          if (text === undefined || doc === undefined || other === undefined) continue;
          if (isInsert) text.insert(at % (text.length + 1), word);
          else if (text.length > 0) text.delete(at % text.length, 1);
          if (at % 3 === 0) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc), "heard");
        }
        if (updates.length === 0) return;
        const digests = historiesOf(updates).map((state) => bytesToHex(must(digestOfState(state))));
        expect(new Set(digests).size).toBe(1);
      }),
      { numRuns: 120 },
    );
  });

  test("do not have one encoding while they live, which is why fresh ones are compared", () => {
    const updates: Uint8Array[] = [];
    const doc = new Y.Doc();
    doc.on("update", (update: Uint8Array) => updates.push(update));
    doc.getText("t").insert(0, "ab");
    doc.getText("t").delete(0, 1);
    const [kept, collected] = [arrived(updates, false), arrived(updates, true)];
    expect(kept).not.toEqual(collected);
    expect(must(digestOfState(kept))).toEqual(must(digestOfState(collected)));
  });
});

test("documents that do not say the same have different digests", () => {
  const doc = new Y.Doc();
  doc.getMap("m").set("k", 1);
  const before = must(digestOfState(Y.encodeStateAsUpdate(doc)));
  doc.getMap("m").set("k", 1);
  expect(must(digestOfState(Y.encodeStateAsUpdate(doc)))).not.toEqual(before);
  expect(must(digestOfState(emptyState))).not.toEqual(before);
});
