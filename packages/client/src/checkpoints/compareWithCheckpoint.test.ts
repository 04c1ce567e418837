import { must } from "@duro/crypto/testing/people";
import { err, ok } from "@duro/crypto/types";
import { type DocId, Verdict } from "@duro/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareWithCheckpoint } from "./compareWithCheckpoint.ts";
import { deflate } from "./deflate.ts";
import { encodeGroup } from "./docGroup.ts";
import { packCheckpoint, type PackedCheckpoint } from "./packCheckpoint.ts";
import { packedNothing, packState, unpackState } from "./packedState.ts";
import { StateForm } from "./stateForm.ts";
import { createMemoryBlobs, docOf, docsOf, stateOf } from "./testing/someCheckpoint.ts";

type States = readonly (Uint8Array | undefined)[];

const saying = (text: string): Uint8Array =>
  stateOf((doc) => doc.getText("text").insert(0, text), text.length);

const compare = async (own: States, theirs: States) => {
  const blobs = createMemoryBlobs();
  const packed = must(await packCheckpoint(docsOf(theirs), blobs.put));
  return compareWithCheckpoint(docsOf(own), packed, blobs.open);
};

const mismatch = (...mismatches: readonly DocId[]) => ok({ verdict: Verdict.Mismatch, mismatches });
const same = ok({ verdict: Verdict.Ok, mismatches: [] });

describe("an attester", () => {
  test("says ok to what it has itself", async () => {
    expect(await compare([saying("a"), saying("bb")], [saying("a"), saying("bb")])).toEqual(same);
    expect(await compare([], [])).toEqual(same);
  });

  test("names every document that differs or is missing on either side, rising", async () => {
    const a = saying("a");
    expect(await compare([a, a, undefined, a], [saying("x"), a, a, undefined])).toEqual(
      mismatch(docOf(0), docOf(2), docOf(3)),
    );
  });

  test("names exactly those that differ, whatever they are", async () => {
    const word = fc.option(fc.string({ minLength: 1, maxLength: 3 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(word, word), { maxLength: 8 }), async (pairs) => {
        const states = (side: 0 | 1): States =>
          pairs.map((pair) => (pair[side] === undefined ? undefined : saying(pair[side])));
        const differing = pairs.flatMap(([own, theirs], at) => (own === theirs ? [] : [docOf(at)]));
        const said = must(await compare(states(0), states(1)));
        expect(said.mismatches).toEqual(differing);
        expect(said.verdict).toBe(differing.length === 0 ? Verdict.Ok : Verdict.Mismatch);
      }),
      { numRuns: 60 },
    );
  });

  test("takes a document in which nothing was ever written for none", async () => {
    expect(await compare([stateOf(() => {}), saying("a")], [undefined, saying("a")])).toEqual(same);
    expect(await compare([undefined, saying("a")], [stateOf(() => {}), saying("a")])).toEqual(same);
  });

  test("gives no verdict without a blob, nor without its own documents", async () => {
    const blobs = createMemoryBlobs();
    const packed = must(await packCheckpoint(docsOf([saying("a")]), blobs.put));
    for (const { id } of blobs.refs) blobs.gone.add(id);
    expect(await compareWithCheckpoint(docsOf([saying("a")]), packed, blobs.open)).toEqual(
      err({ type: "BlobNotOpened", cause: { type: "BlobGone" } }),
    );
    expect(await compare([Uint8Array.of(9)], [])).toEqual(
      err({ type: "DocUnpackable", at: 0, cause: { type: "StateBroken" } }),
    );
  });
});

describe("a false checkpoint", () => {
  const honest = must(packState(saying("a")));
  const digest = honest?.digest ?? new Uint8Array();

  /** Names the right digest, and has something else in its blob. */
  const lying = async (packed: Uint8Array, bytes?: Uint8Array) => {
    const blobs = createMemoryBlobs();
    const content =
      bytes ?? (await deflate(encodeGroup([{ doc: docOf(0), form: StateForm.V2, packed }])));
    const ref = must(await blobs.put(content));
    const entry = { doc: docOf(0), blob: 0, offset: 0, byteLength: content.length, digest };
    const checkpoint: PackedCheckpoint = { blobs: [ref], docs: [entry] };
    return compareWithCheckpoint(docsOf([saying("a")]), checkpoint, blobs.open);
  };

  test("that names the right digest of another content is found out", async () => {
    expect(await lying(honest?.packed ?? new Uint8Array())).toEqual(same);
    const other = must(packState(saying("b")));
    expect(await lying(other?.packed ?? new Uint8Array())).toEqual(mismatch(docOf(0)));
    expect(await lying(new Uint8Array())).toEqual(mismatch(docOf(0)));
  });

  test("that calls the right bytes by another form, so that nobody could read them, is found out", async () => {
    const packed = honest?.packed ?? new Uint8Array();
    const content = await deflate(encodeGroup([{ doc: docOf(0), form: StateForm.V1, packed }]));
    expect(unpackState({ digest, form: StateForm.V1, packed }).ok).toBe(false);
    expect(await lying(packed, content)).toEqual(mismatch(docOf(0)));
  });

  test("is inflated no further than documents of ours could reach", async () => {
    const packed = honest?.packed ?? new Uint8Array();
    const group = (byteLength: number) =>
      deflate(
        encodeGroup([
          { doc: docOf(0), form: StateForm.V2, packed },
          { doc: docOf(1), form: StateForm.V2, packed: new Uint8Array(byteLength) },
        ]),
      );
    expect(await lying(packed, await group(100_000))).toEqual(same);
    expect(await lying(packed, await group(200_000))).toEqual(mismatch(docOf(0)));
  });

  test("that names a false digest of the right content is found out", async () => {
    const blobs = createMemoryBlobs();
    const { docs, ...rest } = must(await packCheckpoint(docsOf([saying("a")]), blobs.put));
    const [entry] = docs;
    const falsely = { ...rest, docs: entry ? [{ ...entry, digest: new Uint8Array(32) }] : [] };
    expect(await compareWithCheckpoint(docsOf([saying("a")]), falsely, blobs.open)).toEqual(
      mismatch(docOf(0)),
    );
  });

  test("whose blob holds no documents is found out", async () => {
    expect(await lying(new Uint8Array(), Uint8Array.of(255, 255, 255))).toEqual(mismatch(docOf(0)));
  });

  test("that lists a document in which nothing was ever written says nothing false", async () => {
    const blobs = createMemoryBlobs();
    const content = await deflate(
      encodeGroup([{ doc: docOf(0), form: StateForm.V2, packed: packedNothing.packed }]),
    );
    const ref = must(await blobs.put(content));
    const entry = {
      doc: docOf(0),
      blob: 0,
      offset: 0,
      byteLength: content.length,
      digest: packedNothing.digest,
    };
    const checkpoint: PackedCheckpoint = { blobs: [ref], docs: [entry] };
    expect(await compareWithCheckpoint(docsOf([]), checkpoint, blobs.open)).toEqual(same);
  });

  test("is compared as bytes: what the other packed never reaches Yjs", async () => {
    // A flag that Yjs does not look at: it loads the same document from other bytes.
    const packed = Uint8Array.from(honest?.packed ?? []);
    packed[0] = 1;
    expect(unpackState({ digest, form: StateForm.V2, packed }).ok).toBe(true);
    expect(await lying(packed)).toEqual(mismatch(docOf(0)));
  });
});
