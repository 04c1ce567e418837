import { ok } from "@duro/crypto/types";
import { type DocId, docIds, vaultIds } from "@duro/protocol";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { updatesOf } from "../store/keys.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { createDraft, type VaultRows } from "./draft.ts";
import { createTidying } from "./tidying.ts";

const vault = vaultIds.fromBytes(new Uint8Array(vaultIds.byteLength));
const docs = Array.from({ length: 9 }, (_, at) =>
  docIds.fromBytes(new Uint8Array(docIds.byteLength).fill(at + 1)),
);

/** Documents of so many updates each, and jobs that somebody does. */
const createPlace = async (updateCount: number) => {
  const store = openMemoryLocalStore(createMemoryDisk());
  const rows: VaultRows = { vault, store, chains: new Map(), documents: new Map() };
  const jobs: (() => Promise<void>)[] = [];
  const tidying = createTidying({ rows, begin: (job) => void jobs.push(job) });
  const draft = createDraft(rows);
  for (const doc of docs) {
    const ydoc = new Y.Doc();
    const updates: Uint8Array[] = [];
    ydoc.on("update", (update: Uint8Array) => updates.push(update));
    for (let at = 0; at < updateCount; at += 1) ydoc.getText("t").insert(at, "x");
    for (const update of updates) {
      const shape = { brings: undefined, structCount: 1, depth: undefined };
      await draft.addUpdate(doc, update, shape, "here");
    }
  }
  expect(await draft.commit()).toEqual(ok(undefined));
  const rowCount = async (doc: DocId): Promise<number> =>
    (await store.range("updates", updatesOf(vault, doc), 1_000)).length;
  const rowCounts = (): Promise<readonly number[]> => Promise.all(docs.map(rowCount));
  return { tidying, jobs, rowCounts };
};

test("a vault that catches up is left alone, and tidied in several jobs once it is there", async () => {
  const { tidying, jobs, rowCounts } = await createPlace(150);
  tidying.catchUp(true);
  tidying.touched(docs);
  expect(jobs).toEqual([]);
  tidying.catchUp(false);
  expect(jobs).toHaveLength(1);
  let jobCount = 0;
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    await job();
    jobCount += 1;
  }
  expect(jobCount).toBe(3);
  expect(await rowCounts()).toEqual(docs.map(() => 1));
});

test("documents of few updates make no work", async () => {
  const { tidying, jobs } = await createPlace(99);
  tidying.touched(docs);
  expect(jobs).toEqual([]);
});

test("after the end nothing is touched, whatever was begun", async () => {
  const { tidying, jobs, rowCounts } = await createPlace(150);
  tidying.touched(docs);
  tidying.stop();
  await jobs[0]?.();
  tidying.touched(docs);
  tidying.catchUp(false);
  expect(jobs).toHaveLength(1);
  expect(await rowCounts()).toEqual(docs.map(() => 150));
});
