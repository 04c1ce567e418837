import { must } from "@duro/crypto/testing/people";
import { err } from "@duro/crypto/types";
import type { DocEntry } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { deflate } from "./deflate.ts";
import { groupByteLengthMax } from "./checkpointLimits.ts";
import { encodeGroup } from "./docGroup.ts";
import { openCheckpoint } from "./openCheckpoint.ts";
import { packCheckpoint, type PackedCheckpoint } from "./packCheckpoint.ts";
import { readCheckpoint } from "./readCheckpoint.ts";
import { StateForm } from "./stateForm.ts";
import { createMemoryBlobs, docOf, docsOf, noisyState, stateOf } from "./testing/someCheckpoint.ts";

const hello = stateOf((doc) => doc.getText("text").insert(0, "hello"));

/** A checkpoint whose one blob holds these bytes for document 0. */
const holding = async (bytes: Uint8Array, entry: Partial<DocEntry> = {}) => {
  const blobs = createMemoryBlobs();
  const ref = must(await blobs.put(bytes));
  const doc: DocEntry = {
    doc: docOf(0),
    blob: 0,
    offset: 0,
    byteLength: bytes.length,
    digest: new Uint8Array(32),
    ...entry,
  };
  return openCheckpoint({ blobs: [ref], docs: [doc] }, blobs.open).packed(doc.doc);
};

const notDeflated = err({ type: "GroupBroken", cause: { type: "NotDeflated" } });

describe("what lies where a checkpoint says", () => {
  test("is refused when it is not deflated, or cut short", async () => {
    expect(await holding(new Uint8Array(100).fill(255))).toEqual(notDeflated);
    const deflated = await deflate(
      encodeGroup([{ doc: docOf(0), form: StateForm.V2, packed: hello }]),
    );
    expect((await holding(deflated)).ok).toBe(true);
    expect(await holding(deflated, { byteLength: deflated.length - 1 })).toEqual(notDeflated);
    expect(await holding(deflated, { byteLength: 0 })).toEqual(notDeflated);
  });

  test("is refused when it would inflate beyond any group, and no further than that", async () => {
    const bomb = await deflate(new Uint8Array(groupByteLengthMax + 1));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await holding(bomb)).toEqual(notDeflated);
  });

  test("is refused when it is another format or no group", async () => {
    const newer = await holding(await deflate(Uint8Array.of(2, 0)));
    expect(newer).toMatchObject({ error: { type: "GroupBroken", cause: { type: "Malformed" } } });
    const claim = await holding(await deflate(Uint8Array.of(1, 0xff, 0x3f)));
    expect(claim).toMatchObject({ error: { type: "GroupBroken", cause: { type: "Malformed" } } });
  });

  test("is refused when it is a group without that document", async () => {
    const other = await deflate(
      encodeGroup([{ doc: docOf(1), form: StateForm.V2, packed: hello }]),
    );
    expect(await holding(other)).toEqual(
      err({ type: "GroupBroken", cause: { type: "DocNotInCheckpoint" } }),
    );
    expect(await holding(other, { blob: 1 })).toEqual(
      err({ type: "GroupBroken", cause: { type: "DocNotInCheckpoint" } }),
    );
  });
});

describe("a reader", () => {
  const packSome = async () => {
    const blobs = createMemoryBlobs();
    const states = Array.from({ length: 30 }, (_, at) => noisyState(40_000, `${at}`));
    const packed: PackedCheckpoint = must(await packCheckpoint(docsOf(states), blobs.put));
    return { blobs, packed, reader: readCheckpoint(packed, blobs.open) };
  };

  test("opens one blob for one document", async () => {
    const { blobs, reader } = await packSome();
    expect((await reader.state(docOf(3))).ok).toBe(true);
    expect(blobs.opened).toHaveLength(1);
    expect(blobs.contents.length).toBeGreaterThan(2);
  });

  test("opens each blob once for all documents in their place", async () => {
    const { blobs, reader } = await packSome();
    expect(reader.inPlace).toHaveLength(30);
    for (const doc of reader.inPlace) expect((await reader.state(doc)).ok).toBe(true);
    expect(blobs.opened.toSorted()).toEqual(blobs.refs.map(({ id }) => id).toSorted());
  });

  test("says which blob could not be had, and has it when it is back", async () => {
    const { blobs, reader, packed } = await packSome();
    const blob = packed.blobs[packed.docs[3]?.blob ?? 0];
    if (blob !== undefined) blobs.gone.add(blob.id);
    expect(await reader.state(docOf(3))).toEqual(
      err({ type: "BlobNotOpened", cause: { type: "BlobGone" } }),
    );
    blobs.gone.clear();
    expect((await reader.state(docOf(3))).ok).toBe(true);
  });

  test("has no document that the checkpoint does not list", async () => {
    const { reader } = await packSome();
    expect(await reader.state(docOf(99))).toEqual(err({ type: "DocNotInCheckpoint" }));
  });
});
