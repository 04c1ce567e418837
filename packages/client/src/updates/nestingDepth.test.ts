import { readUpdate } from "@duro/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { mergeUpdates } from "./mergeUpdates.ts";
import {
  type Arriving,
  boundDepth,
  boundState,
  depthOfEdit,
  nestingDepthMax,
} from "./nestingDepth.ts";
import { docFrom, docOf } from "./testing/editScript.ts";
import { deletionOfFirst, hostileAuthor, nested } from "./testing/hostileUpdates.ts";

/** Deep enough for the stack of any engine. */
const bombDepth = 20_000;

interface Before {
  readonly depth?: number;
  readonly updates?: readonly Uint8Array[];
  readonly depthMax?: number;
}

const breathe = async (): Promise<void> => {};

const arriving = (update: Uint8Array, author: number): Arriving => {
  const shape = readUpdate(update, author);
  if (!shape.ok) throw new Error(shape.error.expected);
  return { update, ...shape.value };
};

const authorOf = (update: Uint8Array): number =>
  Y.decodeUpdate(update).structs[0]?.id.client ?? hostileAuthor;

const bounded = (update: Uint8Array, { depth, updates = [], depthMax }: Before = {}) =>
  boundDepth(
    arriving(update, authorOf(update)),
    { depth, updates: async () => updates },
    breathe,
    depthMax,
  );

/** What `nested` brings behind the first ones. */
const behind = (count: number, all: number): Uint8Array =>
  Y.diffUpdate(nested(all), Y.encodeStateVector(docFrom([nested(count)])));

const liveTypeCount = (doc: Y.Doc): number =>
  [...doc.store.clients.values()]
    .flat()
    .filter((struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentType).length;

const stateOf = (updates: readonly Uint8Array[]): Uint8Array =>
  Y.encodeStateAsUpdate(docFrom([mergeUpdates(updates)]));

describe("types too deep in each other", () => {
  test("are collected from the start, in one update as in several", async () => {
    expect(readUpdate(nested(bombDepth), hostileAuthor).ok).toBe(true);
    const { update, depth } = await bounded(nested(bombDepth));
    const doc = docFrom([update]);
    expect([depth, liveTypeCount(doc)]).toEqual([nestingDepthMax, nestingDepthMax]);
    expect(Y.getState(doc.store, hostileAuthor)).toBe(bombDepth);
    const first = nested(nestingDepthMax);
    expect(await bounded(first)).toEqual({ update: first, depth: undefined });
    const next = await bounded(behind(nestingDepthMax, bombDepth), { updates: [first] });
    expect(stateOf([first, next.update])).toEqual(stateOf([update]));
  });

  test("can be deleted once they are collected, and would break the document otherwise", async () => {
    const { update } = await bounded(nested(bombDepth));
    const doc = docFrom([update]);
    Y.applyUpdate(doc, deletionOfFirst());
    expect(doc.getArray("text").length).toBe(0);
    const bomb = docFrom([nested(bombDepth)]);
    expect(() => Y.applyUpdate(bomb, deletionOfFirst())).toThrow(/stack|unexpected case/iu);
  });

  test("are collected also where all that is around them was deleted: what is stored never nests deeper", async () => {
    const first = nested(nestingDepthMax);
    const updates = [first, deletionOfFirst()];
    const { update } = await bounded(behind(nestingDepthMax, bombDepth), { updates });
    // All of it in one go, as from a store: the deletion comes behind the types.
    const whole = mergeUpdates([...updates, update]);
    expect(() => docFrom([whole])).not.toThrow();
    expect(stateOf([whole])).toEqual(stateOf([update, ...updates]));
  });
});

describe("how deep a document is", () => {
  const list = docOf(5);
  const one = new Y.Map([["a", new Y.Map()]]);
  list.getArray("list").insert(0, [one]);
  const first = Y.encodeStateAsUpdate(list);
  const edit = (change: () => void): Uint8Array => {
    const before = Y.encodeStateVector(list);
    change();
    return Y.encodeStateAsUpdate(list, before);
  };
  const noUpdates = { updates: async () => Promise.reject(new Error("nobody asks for them")) };
  const ask = (update: Uint8Array, depth: number | undefined) =>
    boundDepth(arriving(update, authorOf(update)), { depth, ...noUpdates }, breathe);

  test("grows with what is put where it may be deepest, and the document is read only beyond the limit", async () => {
    expect((await ask(first, 0)).depth).toBe(2);
    const inside = edit(() => one.set("b", new Y.Map([["c", new Y.Text("deep")]])));
    expect((await ask(inside, 2)).depth).toBe(4);
    await expect(ask(inside, nestingDepthMax - 1)).rejects.toThrow("nobody asks for them");
    await expect(ask(inside, undefined)).rejects.toThrow("nobody asks for them");
    expect((await bounded(inside, { depth: nestingDepthMax, updates: [first] })).depth).toBe(3);
  });

  test("does not grow with text, nor with what lies in a root of its own", async () => {
    const apart = edit(() => list.getMap("other").set("x", new Y.Map([["y", new Y.Map()]])));
    expect((await ask(apart, 7)).depth).toBe(7);
    expect((await ask(apart, undefined)).depth).toBe(undefined);
    const words = edit(() => one.set("text", "words"));
    expect((await ask(words, undefined)).depth).toBe(undefined);
  });

  test("is the same for neighbours, however many stand in a row", async () => {
    const doc = docOf(6);
    const row = doc.getArray<Y.Map<unknown>>("list");
    doc.transact(() => {
      for (let count = 0; count < 2_000; count += 1)
        row.insert(0, [new Y.Map([["a", new Y.Map()]])]);
      for (let count = 0; count < 2_000; count += 1) row.push([new Y.Map()]);
    });
    const state = Y.encodeStateAsUpdate(doc);
    expect(await bounded(state, { depth: 0 })).toEqual({ update: state, depth: 2 });
  });

  test("of an edit is that of the deepest type that it made", () => {
    const doc = docOf(9);
    const depths: number[] = [];
    doc.on("update", (_update, _origin, _doc, { beforeState }) =>
      depths.push(depthOfEdit(doc, beforeState.get(doc.clientID) ?? 0)),
    );
    doc.getText("text").insert(0, "words");
    doc.getMap("map").set("a", new Y.Map([["b", new Y.Map()]]));
    let at = doc.getMap("map").get("a");
    for (let count = 0; count < nestingDepthMax && at instanceof Y.Map; count += 1) {
      at.set("in", new Y.Map());
      at = at.get("in");
    }
    expect(depths.slice(0, 3)).toEqual([0, 2, 2]);
    expect(Math.max(...depths)).toBe(nestingDepthMax + 1);
  });
});

/** What several authors make who know of no limit: each update, and how many of the others it knows. */
const history = fc
  .array(fc.record({ who: fc.nat(2), kind: fc.nat(5), at: fc.nat(20) }), {
    minLength: 5,
    maxLength: 40,
    size: "max",
  })
  .map((steps) => {
    const docs = [1, 2, 3].map((clientId) => docOf(clientId));
    const sent: Uint8Array[] = [];
    for (const [who, doc] of docs.entries())
      doc.on("update", (update: Uint8Array, origin: unknown) => {
        if (origin !== "heard") sent.push(update);
        void who;
      });
    for (const { who, kind, at } of steps) {
      const doc = docs[who];
      if (doc !== undefined) edit(doc, kind, at, sent);
    }
    return sent;
  });

const edit = (doc: Y.Doc, kind: number, at: number, sent: readonly Uint8Array[]): void => {
  if (kind === 0) for (const update of sent) Y.applyUpdate(doc, update, "heard");
  const arrays: Y.Array<unknown>[] = [doc.getArray("root")];
  for (const array of arrays) for (const one of array) if (one instanceof Y.Array) arrays.push(one);
  const into = arrays[at % arrays.length];
  const deepest = arrays.at(-1);
  if (kind === 1) into?.push(["word"]);
  if (kind === 2 && into !== undefined && into.length > 0) into.delete(at % into.length, 1);
  if (kind >= 3) (kind === 3 ? into : deepest)?.insert(0, [new Y.Array()]);
};

test("every device collects the same, whatever comes first, and whoever reads all of it at once as well", () =>
  fc.assert(
    fc.asyncProperty(history, fc.infiniteStream(fc.nat(1_000)), async (sent, order) => {
      const depthMax = 3;
      const expected = stateOf([await boundState(mergeUpdates(sent), breathe, depthMax)]);
      const updates: Uint8Array[] = [];
      const doc = docOf(9);
      let depth: number | undefined = 0;
      let waiting = sent;
      while (waiting.length > 0) {
        const shuffled = waiting
          .map((update) => ({ update, key: Number(order.next().value) }))
          .toSorted((a, b) => a.key - b.key);
        for (const { update } of shuffled) {
          const trial = docFrom([...updates, update]);
          if (trial.store.pendingStructs !== null || trial.store.pendingDs !== null) continue;
          const one: Awaited<ReturnType<typeof bounded>> = await bounded(update, {
            updates: [...updates],
            depthMax,
            ...(depth === undefined ? {} : { depth }),
          });
          ({ depth } = one);
          updates.push(one.update);
          Y.applyUpdate(doc, one.update);
          waiting = waiting.filter((other) => other !== update);
        }
      }
      expect(stateOf([Y.encodeStateAsUpdate(doc)])).toEqual(expected);
      expect(stateOf(updates)).toEqual(expected);
    }),
    { numRuns: 150 },
  ));
