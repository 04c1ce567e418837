import { must } from "@duro/crypto/testing/people";
import { bytesAreEqual, err } from "@duro/crypto/types";
import { docDigestOf } from "@duro/crypto/verify";
import { decodeBody, encodeBody, type Beacon, relayGenerations, recordIds } from "@duro/protocol";
import { EnvelopeKind } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { inflate } from "../bytes/inflate.ts";
import { editScript, play } from "../updates/testing/editScript.ts";
import { blobContentByteLengthMin } from "./blobClass.ts";
import { groupByteLengthMaxWith, groupByteLengthMin } from "./checkpointLimits.ts";
import { type DocState, packCheckpoint } from "./packCheckpoint.ts";
import { packState } from "./packedState.ts";
import { readCheckpoint } from "./readCheckpoint.ts";
import { createMemoryBlobs, docOf, docsOf, noisyState, stateOf } from "./testing/someCheckpoint.ts";

const pack = async (states: readonly (Uint8Array | undefined)[]) => {
  const blobs = createMemoryBlobs();
  return { blobs, packed: await packCheckpoint(docsOf(states), blobs.put) };
};

const freshState = (state: Uint8Array): Uint8Array => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  return Y.encodeStateAsUpdate(doc);
};

const hello = stateOf((doc) => doc.getText("text").insert(0, "hello"));

describe("what is packed", () => {
  test("reads back with the digest of a fresh document, whatever the documents are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(editScript(3, 40), { maxLength: 4 }), async (scripts) => {
        const states = scripts.map((script) =>
          Y.mergeUpdates([hello, ...play(script, [7, 2 ** 40 + 1, 9]).sent.map((s) => s.update)]),
        );
        const { blobs, packed } = await pack(states);
        const checkpoint = must(packed);
        const reader = readCheckpoint(checkpoint, blobs.open);
        for (const [at, state] of states.entries()) {
          const read = must(await reader.state(docOf(at)));
          expect(read).toEqual(freshState(state));
          expect(checkpoint.docs[at]?.digest).toEqual(docDigestOf(read));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("is what a checkpoint's body can say", async () => {
    const { packed } = await pack(
      Array.from({ length: 40 }, (_, at) => noisyState(30_000, `${at}`)),
    );
    const { blobs, docs } = must(packed);
    expect(blobs.length).toBeGreaterThan(2);
    const beacon: Beacon = {
      isFull: true,
      vector: [],
      logHead: { index: 0, id: recordIds.fromBytes(new Uint8Array(32)) },
      identityHeads: [],
      nowMs: 1,
      generation: relayGenerations.fromBytes(new Uint8Array(32)),
    };
    const body = {
      type: "Checkpoint" as const,
      clear: { coverage: [], blobs: blobs.map(({ id }) => id) },
      plaintext: { blobs, docs, beacon },
    };
    const read = decodeBody({ kind: EnvelopeKind.Checkpoint, flags: 0 }, encodeBody(body));
    expect(read).toEqual({ ok: true, value: body });
  });

  test("comes in any order and is listed in one", async () => {
    const blobs = createMemoryBlobs();
    const states = [hello, noisyState(200_000), hello];
    const backwards = async function* () {
      const docs: DocState[] = [];
      for await (const doc of docsOf(states)) docs.unshift(doc);
      yield* docs;
    };
    const { docs } = must(await packCheckpoint(backwards(), blobs.put));
    expect(docs.map(({ doc }) => doc)).toEqual([docOf(0), docOf(1), docOf(2)]);
  });

  test("leaves out documents in which nothing was ever written", async () => {
    const { packed, blobs } = await pack([stateOf(() => {}), hello]);
    expect(must(packed).docs.map(({ doc }) => doc)).toEqual([docOf(1)]);
    const nothing = await pack([stateOf(() => {})]);
    expect(must(nothing.packed)).toEqual({ blobs: [], docs: [] });
    expect(blobs.contents).toHaveLength(1);
  });

  const canary = "canary-7f3a9c";

  const inflatedHas = async (state: Uint8Array): Promise<boolean> => {
    const { blobs, packed } = await pack([state]);
    const [entry] = must(packed).docs;
    const content = blobs.contents[0]?.subarray(entry?.offset, entry?.byteLength);
    const inflated = await inflate(content ?? new Uint8Array(), 1_000_000);
    return new TextDecoder("latin1").decode(inflated).includes(canary);
  };

  const places: Readonly<Record<string, readonly [(doc: Y.Doc) => void, (doc: Y.Doc) => void]>> = {
    text: [
      (doc) => doc.getText("t").insert(0, `before ${canary} after`),
      (doc) => doc.getText("t").delete(0, 30),
    ],
    "a value of a map": [
      (doc) => doc.getMap("m").set("k", { canary }),
      (doc) => doc.getMap("m").set("k", 1),
    ],
    "a nested map": [
      (doc) => doc.getMap("m").set("k", new Y.Map([[canary, new Y.Text(canary)]])),
      (doc) => doc.getMap("m").delete("k"),
    ],
    "a format": [
      (doc) => doc.getText("t").insert(0, "words", { [canary]: canary }),
      (doc) => doc.getText("t").delete(0, 5),
    ],
  };

  test.each(Object.entries(places))(
    "holds no byte of %s that was deleted",
    async (_, [put, take]) => {
      const updates: Uint8Array[] = [];
      const doc = new Y.Doc({ gc: false });
      doc.on("update", (update: Uint8Array) => updates.push(update));
      put(doc);
      expect(await inflatedHas(Y.mergeUpdates(updates))).toBe(true);
      take(doc);
      expect(await inflatedHas(Y.mergeUpdates(updates))).toBe(false);
    },
  );
});

test("the name of an entry that was deleted stays, so names of entries may say nothing", () => {
  const doc = new Y.Doc();
  doc.getMap("m").set("name-of-an-entry", 1);
  doc.getMap("m").delete("name-of-an-entry");
  const packed = must(packState(Y.encodeStateAsUpdate(doc)))?.packed;
  expect(new TextDecoder("latin1").decode(packed)).toContain("name-of-an-entry");
});

describe("a checkpoint is refused", () => {
  const two: Uint8Array[] = [];
  const writer = new Y.Doc();
  writer.on("update", (update: Uint8Array) => two.push(update));
  writer.getText("text").insert(0, "first");
  writer.getText("text").insert(5, "second");

  test("when a document refers to structs that are not in it", async () => {
    const { packed } = await pack([hello, two[1]]);
    expect(packed).toEqual(err({ type: "DocUnpackable", at: 1, cause: { type: "StatePending" } }));
  });

  test("when a document deletes what is not in it", async () => {
    const before = Y.encodeStateVector(writer);
    writer.getText("text").delete(0, 1);
    const { packed } = await pack([Y.encodeStateAsUpdate(writer, before)]);
    expect(packed).toEqual(err({ type: "DocUnpackable", at: 0, cause: { type: "StatePending" } }));
  });

  test("when a document does not load", async () => {
    const { packed } = await pack([hello.subarray(0, 5)]);
    expect(packed).toEqual(err({ type: "DocUnpackable", at: 0, cause: { type: "StateBroken" } }));
  });

  test("when there are more documents than one may name", async () => {
    const packWithin = (docs: number) =>
      packCheckpoint(docsOf([hello, hello, hello]), createMemoryBlobs().put, { docs, blobs: 1 });
    expect(must(await packWithin(3)).docs).toHaveLength(3);
    expect(await packWithin(2)).toEqual(
      err({ type: "CheckpointTooLarge", what: "documents", countMax: 2 }),
    );
  });

  test("when it takes more blobs than one may name", async () => {
    const packWithin = (blobs: number) =>
      packCheckpoint(
        docsOf(Array.from({ length: 3 }, (_, at) => noisyState(300_000, `${at}`))),
        createMemoryBlobs().put,
        { docs: 3, blobs },
      );
    expect(must(await packWithin(3)).blobs).toHaveLength(3);
    expect(await packWithin(2)).toEqual(
      err({ type: "CheckpointTooLarge", what: "blobs", countMax: 2 }),
    );
  });

  test("when a blob cannot be put", async () => {
    const packed = await packCheckpoint(docsOf([hello]), () =>
      Promise.resolve(err({ type: "Offline" })),
    );
    expect(packed).toEqual(err({ type: "BlobNotPut", cause: { type: "Offline" } }));
  });
});

describe("blobs", () => {
  const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

  test("are powers of two with their padding, however long the documents are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 6 }),
        async (byteLengths) => {
          const states = byteLengths.map((byteLength, at) => noisyState(byteLength, `${at}`));
          const { blobs } = await pack(states);
          for (const { header } of blobs.refs) {
            expect(isPowerOfTwo(header.paddedByteLength)).toBe(true);
            expect(header.paddedByteLength).toBeGreaterThanOrEqual(65_536);
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  test("of two small vaults look alike", async () => {
    const small = await pack([hello]);
    const larger = await pack([noisyState(40_000)]);
    expect(small.blobs.refs[0]?.header.paddedByteLength).toBe(65_536);
    expect(larger.blobs.refs[0]?.header.paddedByteLength).toBe(65_536);
  });

  test("hold groups of small documents, and large documents alone", async () => {
    const { packed } = await pack([hello, noisyState(groupByteLengthMin + 1), hello, hello]);
    const [first, large, third, fourth] = must(packed).docs;
    expect(first?.offset).toBe(large?.offset);
    expect(third?.offset).not.toBe(large?.offset);
    expect(third?.offset).toBe(fourth?.offset);
  });

  test("hold groups that read back, of the smallest documents before a large one", async () => {
    const tiny = Array.from({ length: 1_500 }, () => hello);
    const { packed, blobs } = await pack([...tiny, noisyState(groupByteLengthMin)]);
    const [entry] = must(packed).docs;
    const content = blobs.contents[0]?.subarray(entry?.offset, entry?.byteLength);
    const inflated = await inflate(content ?? new Uint8Array(), groupByteLengthMaxWith(150_000));
    expect(inflated?.length).toBeGreaterThan(groupByteLengthMin);
  });

  test("are one chunk until there are many, and hold 4 GiB then", () => {
    expect(blobContentByteLengthMin(0)).toBe(262_136);
    expect(blobContentByteLengthMin(63)).toBe(262_136);
    expect(blobContentByteLengthMin(64)).toBe(524_280);
    const all = Array.from({ length: 512 }, (_, index) => blobContentByteLengthMin(index));
    expect(all.reduce((sum, byteLength) => sum + byteLength, 0)).toBeGreaterThan(4_000_000_000);
  });

  test("leave before more is read than a document and a blob hold", async () => {
    let readCount = 0;
    let putCount = 0;
    const blobs = createMemoryBlobs();
    const large = async function* (): AsyncGenerator<DocState> {
      for (let at = 0; at < 8; at++) {
        readCount += 1;
        expect(readCount - putCount).toBeLessThanOrEqual(2);
        yield await Promise.resolve({ doc: docOf(at), state: noisyState(400_000, `${at}`) });
      }
    };
    const packed = await packCheckpoint(large(), (content) => {
      putCount += 1;
      return blobs.put(content);
    });
    expect(must(packed).docs).toHaveLength(8);
    expect(putCount).toBe(8);
  });

  test("are put in the order in which they fill up, one at a time", async () => {
    let underWayCount = 0;
    const blobs = createMemoryBlobs();
    const states = Array.from({ length: 5 }, (_, at) => noisyState(250_000, `${at}`));
    const packed = must(
      await packCheckpoint(docsOf(states), async (content) => {
        underWayCount += 1;
        expect(underWayCount).toBe(1);
        const put = await blobs.put(content);
        underWayCount -= 1;
        return put;
      }),
    );
    const reader = readCheckpoint(packed, blobs.open);
    const read = await Promise.all(reader.inPlace.map((doc) => reader.state(doc)));
    expect(read.every(({ ok: isRead }) => isRead)).toBe(true);
    for (const [at, state] of states.entries())
      expect(bytesAreEqual(must(await reader.state(docOf(at))), freshState(state))).toBe(true);
  });
});
