import { encode, type Writer } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { structsPerUpdateMax, valueDepthMax } from "../limits.ts";
import { missingIn } from "./coverage.ts";
import { readUpdate } from "./readUpdate.ts";

const author = 2 ** 52 + 17;
const other = 2 ** 40 + 3;

const docOf = (clientId: number): Y.Doc => {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  return doc;
};

/** What a change of a document sends. */
const updateOf = (doc: Y.Doc, change: () => void): Uint8Array => {
  let sent: Uint8Array | undefined;
  const take = (update: Uint8Array): void => void (sent = update);
  doc.on("update", take);
  doc.transact(change);
  doc.off("update", take);
  if (sent === undefined) throw new Error("nothing changed");
  return sent;
};

const shapeOf = (update: Uint8Array, by = author) => {
  const shape = readUpdate(update, by);
  if (!shape.ok) throw new Error(`expected ${shape.error.expected}, got ${shape.error.got}`);
  return shape.value;
};

/** An update of one struct, or of several, written by hand. */
const crafted = (
  writeStructs: (to: Writer) => void,
  {
    count = 1,
    clientId = author,
    from = 0,
    writeDeletes = (to: Writer): void => to.varUint(0),
  } = {},
): Uint8Array =>
  encode((to) => {
    to.varUint(1);
    to.varUint(count);
    to.varUint(clientId);
    to.varUint(from);
    writeStructs(to);
    writeDeletes(to);
  });

const deletions =
  (...clients: readonly [number, ...(readonly [number, number][])][]) =>
  (to: Writer): void => {
    to.varUint(clients.length);
    for (const [clientId, ...ranges] of clients) {
      to.varUint(clientId);
      to.varUint(ranges.length);
      for (const [clock, length] of ranges) {
        to.varUint(clock);
        to.varUint(length);
      }
    }
  };

const refusalOf = (update: Uint8Array): string => {
  const shape = readUpdate(update, author);
  return shape.ok ? "taken" : shape.error.expected;
};

const text = (to: Writer, value: string): void => to.varBytes(new TextEncoder().encode(value));

/** Parent by name, no neighbours. */
const inRoot = (to: Writer, content: number, name = "root"): void => {
  to.u8(content);
  to.varUint(1);
  text(to, name);
};

describe("what an update brings and refers to", () => {
  test("[UPD1] a first edit brings its clocks from zero and waits for nothing", () => {
    const doc = docOf(author);
    const shape = shapeOf(updateOf(doc, () => doc.getText("t").insert(0, "hé🦊")));
    expect(shape).toEqual({
      brings: { clientId: author, from: 0, end: 4 },
      needs: new Map(),
      structCount: 1,
      deletionCount: 0,
      typeCount: 0,
      refersBack: false,
    });
  });

  test("[UPD1] an edit beside another's waits for what it stands beside, its parent and what it deletes", () => {
    const theirs = docOf(other);
    const first = updateOf(theirs, () => theirs.getText("t").insert(0, "hello"));
    const ours = docOf(author);
    Y.applyUpdate(ours, first);
    const update = updateOf(ours, () => {
      ours.getText("t").insert(2, "xy");
      ours.getText("t").delete(5, 1);
    });
    const shape = shapeOf(update);
    expect(shape.brings).toEqual({ clientId: author, from: 0, end: 2 });
    expect(shape.needs).toEqual(new Map([[other, 4]]));
    expect(missingIn(shape, new Map([[other, 3]]))).toEqual(new Map([[other, 4]]));
    expect(missingIn(shape, new Map([[other, 4]]))).toEqual(new Map());
  });

  test("[UPD1] a further edit waits for the ones of the same author before it", () => {
    const doc = docOf(author);
    updateOf(doc, () => doc.getArray("a").push([1, 2]));
    const shape = shapeOf(updateOf(doc, () => doc.getArray("a").push([3])));
    expect(shape.brings).toEqual({ clientId: author, from: 2, end: 3 });
    expect(shape.needs).toEqual(new Map([[author, 2]]));
  });

  test("says whether it makes types, and whether any of it is in or beside what was there before", () => {
    const theirs = docOf(other);
    const first = updateOf(theirs, () => theirs.getArray("a").push([1]));
    const ours = docOf(author);
    Y.applyUpdate(ours, first);
    const saidOf = (change: () => void) => {
      const { typeCount, refersBack } = shapeOf(updateOf(ours, change));
      return { typeCount, refersBack };
    };
    const entry = new Y.Map([["in", new Y.Map([["it", new Y.Text("all new")]])]]);
    expect(saidOf(() => ours.getMap("m").set("k", entry))).toEqual({
      typeCount: 3,
      refersBack: false,
    });
    expect(saidOf(() => entry.set("x", 1))).toEqual({ typeCount: 0, refersBack: true });
    expect(saidOf(() => entry.set("y", new Y.Map()))).toEqual({ typeCount: 1, refersBack: true });
    expect(saidOf(() => ours.getArray("a").push([new Y.Map()]))).toEqual({
      typeCount: 1,
      refersBack: true,
    });
  });

  test("[UPD1] what only deletes brings nothing and waits for what it deletes", () => {
    const doc = docOf(author);
    updateOf(doc, () => doc.getArray("a").push([1, 2]));
    const shape = shapeOf(updateOf(doc, () => doc.getArray("a").delete(0, 2)));
    expect(shape).toEqual({
      brings: undefined,
      needs: new Map([[author, 2]]),
      structCount: 0,
      deletionCount: 1,
      typeCount: 0,
      refersBack: false,
    });
  });

  const everyKind = (doc: Y.Doc): void => {
    const map = doc.getMap("m");
    const values = [
      null,
      undefined,
      true,
      false,
      0,
      -1,
      2 ** 40,
      0.5,
      1e300,
      12n,
      "s",
      new Uint8Array(3),
    ];
    map.set("values", [...values, { a: { b: [1, { c: 2 }] } }]);
    map.set("bytes", new Uint8Array(9));
    map.set("map", new Y.Map([["x", new Y.Array()]]));
    const formatted = doc.getText("t");
    formatted.insert(0, "bold", { bold: true, link: { href: "x" } });
    formatted.insertEmbed(4, { image: "i", size: [1, 2] });
    const element = new Y.XmlElement("p");
    doc.getXmlFragment("x").insert(0, [element, new Y.XmlText("t")]);
    element.setAttribute("class", "c");
    map.set("values", 1);
    formatted.delete(1, 2);
  };

  test("[UPD1] every kind of content that Yjs writes is read to its end", () => {
    const doc = docOf(author);
    const update = updateOf(doc, () => everyKind(doc));
    expect(shapeOf(update).brings?.end).toBe(Y.getState(doc.store, author));
    expect(shapeOf(Y.encodeStateAsUpdate(doc)).brings?.end).toBe(Y.getState(doc.store, author));
  });

  /** Edits of three people who now and then hear of each other. */
  const edits = fc.array(
    fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom("insert", "delete", "set", "nest", "hear"),
      at: fc.nat(50),
      word: fc.string({ minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 40 },
  );
  const people = [author, other, other + 1];

  const play = (script: typeof edits extends fc.Arbitrary<infer T> ? T : never) => {
    const docs = people.map(docOf);
    const sent: { readonly by: number; readonly update: Uint8Array }[] = [];
    docs.forEach((doc, index) =>
      doc.on("update", (update: Uint8Array, origin: unknown) => {
        if (origin !== "heard") sent.push({ by: people[index] ?? 0, update });
      }),
    );
    for (const { who, what, at, word } of script) {
      const doc = docs[who] ?? docOf(0);
      const line = doc.getText("t");
      const map = doc.getMap<unknown>("m");
      if (what === "insert") line.insert(Math.min(at, line.length), word);
      if (what === "delete" && line.length > 0) line.delete(at % line.length, 1);
      if (what === "set") map.set(word, at);
      if (what === "nest") map.set(word, new Y.Map([[word, new Y.Array()]]));
      if (what === "hear") for (const { update } of sent) Y.applyUpdate(doc, update, "heard");
    }
    return { docs, sent };
  };

  test("[UPD1] whatever order updates come in, one is applied when nothing is missing, and Yjs never holds any of it", () => {
    fc.assert(
      fc.property(edits, fc.infiniteStream(fc.nat(1_000)), (script, order) => {
        const { docs, sent } = play(script);
        const shuffled = sent
          .map(({ by, update }) => ({ by, update, key: Number(order.next().value) }))
          .toSorted((a, b) => a.key - b.key);
        const reader = new Y.Doc();
        let waiting = shuffled;
        for (let before = -1; waiting.length > 0 && waiting.length !== before;) {
          before = waiting.length;
          waiting = waiting.filter(({ by, update }) => {
            const state = Y.decodeStateVector(Y.encodeStateVector(reader));
            if (missingIn(shapeOf(update, by), state).size > 0) return true;
            Y.applyUpdate(reader, update);
            expect(reader.store.pendingStructs).toBeNull();
            expect(reader.store.pendingDs).toBeNull();
            return false;
          });
        }
        expect(waiting).toEqual([]);
        const all = new Y.Doc();
        for (const doc of docs) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc));
        expect(Y.encodeStateAsUpdate(reader)).toEqual(Y.encodeStateAsUpdate(all));
      }),
      { numRuns: 200 },
    );
  });

  test("[UPD1] an author's updates merged are read as one", () => {
    fc.assert(
      fc.property(edits, (script) => {
        const { sent } = play(script);
        const own = sent.filter(({ by }) => by === author).map(({ update }) => update);
        if (own.length === 0) return;
        const shapes = own.map((update) => shapeOf(update));
        const merged = shapeOf(Y.mergeUpdates(own));
        const ends = shapes.flatMap(({ brings }) => (brings === undefined ? [] : [brings.end]));
        expect(merged.brings?.end).toBe(ends.length === 0 ? undefined : Math.max(...ends));
      }),
      { numRuns: 100 },
    );
  });
});

describe("what no honest author writes", () => {
  const fine = crafted((to) => {
    inRoot(to, 1);
    to.varUint(1);
  });

  test("[UPD2] the update that the others differ from by one thing is taken", () => {
    expect(refusalOf(fine)).toBe("taken");
  });

  const value = (write: (to: Writer) => void) =>
    crafted((to) => {
      inRoot(to, 8);
      to.varUint(1);
      write(to);
    });

  test.each<[string, string, Uint8Array]>([
    [
      "structs of another",
      "the author's clientID",
      crafted((to) => (inRoot(to, 1), to.varUint(1)), { clientId: other }),
    ],
    ["structs of two", "structs of one author", encode((to) => to.bytes(Uint8Array.of(2, 0, 0)))],
    ["no struct of somebody", "a struct", crafted(() => {}, { count: 0 })],
    [
      "more structs than bytes",
      "a number below 2^53",
      crafted(() => {}, { count: structsPerUpdateMax }),
    ],
    [
      "sixty million structs",
      `at most ${structsPerUpdateMax}`,
      crafted(() => {}, { count: 60_000_000 }),
    ],
    ["a gap", "contiguous clocks", crafted((to) => (to.u8(10), to.varUint(3)))],
    [
      "a collected struct of no length",
      "a length of at least 1",
      crafted((to) => (to.u8(0), to.varUint(0))),
    ],
    [
      "a collected struct with neighbours",
      "nothing beside a collected struct",
      crafted((to) => (to.u8(0x80), to.varUint(1))),
    ],
    [
      "clocks beyond 2^53",
      "a clock below 2^53",
      crafted((to) => (to.u8(0), to.varUint(Number.MAX_SAFE_INTEGER)), { from: 5 }),
    ],
    [
      "a deleted struct of no length",
      "a length of at least 1",
      crafted((to) => (inRoot(to, 1), to.varUint(0))),
    ],
    ["an empty text", "a length of at least 1", crafted((to) => (inRoot(to, 4), text(to, "")))],
    ["no values", "a length of at least 1", crafted((to) => (inRoot(to, 8), to.varUint(0)))],
    [
      "a subdocument",
      "a kind of content",
      crafted((to) => (inRoot(to, 9), text(to, "guid"), to.u8(127))),
    ],
    [
      "JSON of old versions",
      "a kind of content",
      crafted((to) => (inRoot(to, 2), to.varUint(1), text(to, "1"))),
    ],
    ["content of no kind", "a kind of content", crafted((to) => inRoot(to, 11))],
    ["a type of no kind", "at most 6", crafted((to) => (inRoot(to, 7), to.varUint(7)))],
    ["a value of no kind", "a value", value((to) => to.u8(115))],
    [
      "values too deep in each other",
      `at most ${valueDepthMax} values in each other`,
      value(
        (to) => (
          to.bytes(
            new Uint8Array(2 * (valueDepthMax + 1)).map((_, at) => (at % 2 === 0 ? 117 : 1)),
          ),
          to.u8(126)
        ),
      ),
    ],
    [
      "a number beyond 2^53",
      "a number below 2^53",
      value((to) => to.bytes(Uint8Array.of(125, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f))),
    ],
    [
      "a list longer than its bytes",
      "bytes for 1000 items",
      value((to) => (to.u8(117), to.varUint(1_000))),
    ],
    [
      "an entry named __proto__",
      "another name",
      value((to) => (to.u8(118), to.varUint(1), text(to, "__proto__"), to.u8(126))),
    ],
    [
      "a root named __proto__",
      "another name",
      crafted((to) => (inRoot(to, 1, "__proto__"), to.varUint(1))),
    ],
    [
      "a key named __proto__",
      "another name",
      crafted((to) => (inRoot(to, 0x21), text(to, "__proto__"), to.varUint(1))),
    ],
    [
      "a format named __proto__",
      "another name",
      crafted((to) => (inRoot(to, 6), text(to, "__proto__"), text(to, "1"))),
    ],
    ["an embed that is no JSON", "JSON", crafted((to) => (inRoot(to, 5), text(to, "{")))],
    [
      "an embed too deep",
      `at most ${valueDepthMax} values in each other`,
      crafted((to) => (inRoot(to, 5), text(to, "[".repeat(99) + "]".repeat(99)))),
    ],
    [
      "an embed with __proto__",
      "another name",
      crafted((to) => (inRoot(to, 5), text(to, '{"__proto__":1}'))),
    ],
    [
      "text that is no UTF-8",
      "UTF-8 text",
      crafted((to) => (inRoot(to, 4), to.varBytes(Uint8Array.of(0xff)))),
    ],
    [
      "a neighbour of its own that is to come",
      "an operation before this one",
      crafted((to) => (to.u8(0x81), to.varUint(author), to.varUint(0), to.varUint(1))),
    ],
    [
      "a parent of its own that is to come",
      "an operation before this one",
      crafted((to) => (to.u8(1), to.varUint(0), to.varUint(author), to.varUint(9), to.varUint(1))),
    ],
    [
      "deletions of its own that are to come",
      "deletions of what is there",
      crafted((to) => (inRoot(to, 1), to.varUint(1)), {
        writeDeletes: deletions([author, [0, 2]]),
      }),
    ],
    [
      "deletions of somebody twice",
      "each clientID once",
      crafted((to) => (inRoot(to, 1), to.varUint(1)), {
        writeDeletes: deletions([other, [0, 2]], [other, [3, 2]]),
      }),
    ],
    [
      "deletions that go back",
      "rising ranges",
      crafted((to) => (inRoot(to, 1), to.varUint(1)), {
        writeDeletes: deletions([other, [5, 2], [3, 1]]),
      }),
    ],
    [
      "a deletion of nothing",
      "a length of at least 1",
      crafted((to) => (inRoot(to, 1), to.varUint(1)), { writeDeletes: deletions([other, [5, 0]]) }),
    ],
    [
      "deletions of nobody's",
      "a range",
      crafted((to) => (inRoot(to, 1), to.varUint(1)), { writeDeletes: deletions([other]) }),
    ],
    ["bytes behind it", "the end", Uint8Array.of(...fine, 0)],
  ])("[UPD2] %s", (_, expected, update) => {
    expect(refusalOf(update)).toBe(expected);
  });

  test("[UPD2] an update cut short anywhere is refused", () => {
    const doc = docOf(author);
    const whole = updateOf(doc, () => doc.getMap("m").set("k", { a: [1, "two", 3.5] }));
    for (let length = 0; length < whole.length; length += 1)
      expect(refusalOf(whole.subarray(0, length))).not.toBe("taken");
  });

  test("[UPD2] the format of checkpoints is no update", () => {
    const doc = docOf(author);
    doc.getText("t").insert(0, "hello");
    expect(refusalOf(Y.encodeStateAsUpdateV2(doc))).not.toBe("taken");
  });

  test("[UPD2] whatever bytes come, it answers, and soon", () => {
    const doc = docOf(author);
    const seed = updateOf(doc, () => doc.getMap("m").set("k", { a: [1, "two", 3.5] }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(seed.length - 1), (bytes, at) => {
        const mutated = Uint8Array.of(...seed.subarray(0, at), ...bytes);
        const startedAt = performance.now();
        readUpdate(mutated, author);
        expect(performance.now() - startedAt).toBeLessThan(100);
      }),
      { numRuns: 1_000 },
    );
  });
});
