/** Documents that somebody has open. */
import { assert } from "@duro/crypto/types";
import type { DocId } from "@duro/protocol";
import { expect, test } from "vitest";
import { Doc, encodeStateAsUpdate } from "yjs";
import { docOf } from "../testing/vaultPlace.ts";
import { createLiveDocs } from "./liveDocs.ts";

const updateOf = (text: string, clientId = 5): Uint8Array => {
  const ydoc = new Doc();
  ydoc.clientID = clientId;
  ydoc.getText("t").insert(0, text);
  return encodeStateAsUpdate(ydoc);
};

const create = (stored: ReadonlyMap<DocId, readonly Uint8Array[]> = new Map()) => {
  const edits: Uint8Array[] = [];
  let loads = 0;
  let clientId = 7;
  const load = async (doc: DocId): Promise<readonly Uint8Array[]> => {
    loads += 1;
    return stored.get(doc) ?? [];
  };
  const docs = createLiveDocs({
    load,
    loadCounted: load,
    clientIdOf: () => clientId,
    onEdit: (_, update) => void edits.push(update),
  });
  return {
    docs,
    edits,
    loads: () => loads,
    become: (next: number) => {
      clientId = next;
    },
  };
};

test("two who ask at once share one document, and it goes with the last of them", async () => {
  const { docs, loads } = create();
  const [one, other] = await Promise.all([docs.hold(docOf(1)), docs.hold(docOf(1))]);
  expect(one.ydoc).toBe(other.ydoc);
  expect(loads()).toBe(1);
  docs.release(docOf(1));
  expect(docs.live(docOf(1))?.ydoc).toBe(one.ydoc);
  docs.release(docOf(1));
  expect(docs.live(docOf(1))).toBe(undefined);
});

test("whoever lets go while another waits for it to load does not take it away", async () => {
  const { docs } = create();
  const first = docs.hold(docOf(1));
  const second = docs.hold(docOf(1));
  await first;
  docs.release(docOf(1));
  const held = await second;
  expect(docs.live(docOf(1))).toBe(held);
});

test("what is edited here is handed on, what comes from elsewhere is not", async () => {
  const { docs, edits } = create(new Map([[docOf(1), [updateOf("stored")]]]));
  const live = await docs.hold(docOf(1));
  docs.apply(docOf(1), [updateOf("far", 6)]);
  expect(edits).toEqual([]);
  live.ydoc.getText("t").insert(0, "here ");
  expect(edits).toHaveLength(1);
  expect(live.ydoc.getText("t").toJSON()).toContain("here ");
});

test("it writes under its own clientID, from the first edit on", async () => {
  const { docs } = create(new Map([[docOf(1), [updateOf("ours before", 7)]]]));
  const live = await docs.hold(docOf(1));
  expect(live.ydoc.clientID).toBe(7);
  live.ydoc.getText("t").insert(0, "x");
  expect([...live.ydoc.store.clients.keys()]).toEqual([7]);
});

test("operations of our own that we did not make stop it, rather than change its clientID", async () => {
  const { docs } = create();
  await docs.hold(docOf(1));
  expect(() => docs.apply(docOf(1), [updateOf("a copy's", 7)])).toThrow("its own clientID");
});

test("an update that refers to what is not there stops it", async () => {
  const { docs } = create();
  await docs.hold(docOf(1));
  const ydoc = new Doc();
  ydoc.clientID = 9;
  ydoc.getText("t").insert(0, "one");
  const before = encodeStateAsUpdate(ydoc);
  const updates: Uint8Array[] = [];
  ydoc.on("update", (update: Uint8Array) => void updates.push(update));
  ydoc.getText("t").insert(3, "two");
  expect(() => docs.apply(docOf(1), updates)).toThrow("before what it refers to");
  expect(before.length).toBeGreaterThan(0);
});

test("a replaced document is another, which goes on under the new clientID, and its holders hear of it", async () => {
  const stored = new Map([[docOf(1), [updateOf("kept")]]]);
  const { docs, become, edits } = create(stored);
  const live = await docs.hold(docOf(1));
  const former = live.ydoc;
  let heard = 0;
  live.onReplaced(() => {
    heard += 1;
  });
  const anew = await docs.loadAnew();
  become(8);
  docs.replace(anew);
  expect(heard).toBe(1);
  expect(live.ydoc).not.toBe(former);
  expect(live.ydoc.clientID).toBe(8);
  expect(live.ydoc.getText("t").toJSON()).toBe("kept");
  live.ydoc.getText("t").insert(0, "x");
  expect(edits).toHaveLength(1);
});

test("a document that cannot be loaded can be asked for again", async () => {
  let isBroken = true;
  const load = async (): Promise<readonly Uint8Array[]> => {
    assert(!isBroken, "the store can be read");
    return [];
  };
  const docs = createLiveDocs({
    load,
    loadCounted: load,
    clientIdOf: () => 7,
    onEdit: () => {},
  });
  await expect(docs.hold(docOf(1))).rejects.toThrow("the store can be read");
  isBroken = false;
  expect((await docs.hold(docOf(1))).ydoc.clientID).toBe(7);
});
