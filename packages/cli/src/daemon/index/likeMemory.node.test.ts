/** The index lists what the memory itself would list, whatever happened and however it was told of it. */
import {
  docNames,
  type EntryId,
  itemsOf,
  type KindName,
  list,
  type ListQuery,
  type Memory,
  rootDoc,
  show,
  watchEntries,
} from "@duro/memory";
import { furnish } from "@duro/memory/testing/furnish";
import { deviceNames, play, type Step, step } from "@duro/memory/testing/histories";
import { createWorld, type Device, valueOf } from "@duro/memory/testing/replicas";
import fc from "fast-check";
import { expect, test } from "vitest";
import { indexRowOf } from "./indexRow.ts";
import type { SearchIndex } from "./searchIndex.ts";
import { createIndexFolder, idsOf } from "./testing/indexFolder.ts";

const types: readonly KindName[] = [
  "fact",
  "decision",
  "episode",
  "skill",
  "session",
  "checkpoint",
  "task",
];

const bringIn = (index: SearchIndex, { memory }: Device, mark: string): void => {
  for (const name of valueOf(docNames(memory)))
    if (name !== rootDoc)
      index.replaceDoc(name, mark, valueOf(itemsOf(memory, name, { types })).map(indexRowOf));
};

/** Each change goes to the index by itself, as the daemon does it. */
const follow = (index: SearchIndex, { memory, docs }: Device, watched: Set<string>): void => {
  for (const [name, doc] of docs) {
    if (name === rootDoc || watched.has(name)) continue;
    watched.add(name);
    index.replaceDoc(name, "followed", valueOf(itemsOf(memory, name, { types })).map(indexRowOf));
    watchEntries(doc, (ids) => {
      const rows = [];
      const gone: EntryId[] = [];
      for (const id of ids) {
        const item = show(memory, id);
        if (item.ok) rows.push(indexRowOf(item.value));
        else gone.push(id);
      }
      index.updateEntries(name, "followed", rows, gone);
    });
  }
};

const pagesOf = (memory: Memory, query: ListQuery, limit: number): readonly string[] => {
  const pages: string[] = [];
  let after: EntryId | undefined;
  do {
    const page = valueOf(list(memory, { ...query, limit, after }));
    pages.push(idsOf(page.items).join());
    after = page.next;
  } while (after !== undefined);
  return pages;
};

const indexPagesOf = (index: SearchIndex, query: ListQuery, limit: number): readonly string[] => {
  const pages: string[] = [];
  let after: EntryId | undefined;
  do {
    const page = index.list({ ...query, limit, after });
    pages.push(idsOf(page.items).join());
    after = page.next;
  } while (after !== undefined);
  return pages;
};

const expectSame = (index: SearchIndex, { memory }: Device): void => {
  const tags = ["port 5432", "laptop", "tests"];
  const queries: readonly ListQuery[] = [
    {},
    { types },
    { types: ["decision"] },
    ...tags.map((tag) => ({ tags: [tag] })),
    { tags: ["port 5432", "laptop"] },
  ];
  for (const query of queries)
    for (const limit of [3, 50])
      expect(indexPagesOf(index, query, limit)).toEqual(pagesOf(memory, query, limit));
  const counts = Map.groupBy(
    valueOf(list(memory, { types, limit: 1_000 })).items,
    ({ type }) => type,
  );
  expect(index.countByType()).toEqual(
    new Map([...counts].map(([type, { length }]) => [type, length] as const)),
  );
};

const steps = fc.array(step, { minLength: 5, maxLength: 50 });

const playOn = (
  world: ReturnType<typeof createWorld>,
  history: readonly Step[],
  done: () => void,
) => {
  for (const one of history) {
    play(world, one);
    done();
  }
};

test("an index that reads whole documents lists what the memory lists", () => {
  using folder = createIndexFolder();
  fc.assert(
    fc.property(steps, (history) => {
      const index = folder.open();
      const world = createWorld({ clockErrorMs: { tower: 90_000, phone: -3_600_000 } });
      const devices = deviceNames.map((name) => world.device(name));
      furnish(world.device("laptop").memory);
      let count = 0;
      playOn(world, history, () => {
        count += 1;
        if (count % 7 === 0) bringIn(index, world.device("laptop"), String(count));
      });
      world.exchange();
      for (const device of devices) {
        // What the history before left is another memory's.
        for (const name of valueOf(docNames(device.memory))) index.dropDoc(name);
        bringIn(index, device, "end");
        expectSame(index, device);
      }
      for (const name of valueOf(docNames(world.device("laptop").memory))) index.dropDoc(name);
      expect(index.list({ limit: 5, types }).items).toEqual([]);
      index.close();
    }),
    { numRuns: 25 },
  );
}, 60_000);

test("an index that hears of each change lists what the memory lists", () => {
  fc.assert(
    fc.property(steps, (history) => {
      using folder = createIndexFolder();
      const index = folder.open();
      const world = createWorld({ clockErrorMs: { tower: 90_000, phone: -3_600_000 } });
      const device = world.device("laptop");
      const watched = new Set<string>();
      playOn(world, history, () => follow(index, device, watched));
      world.exchange();
      follow(index, device, watched);
      expectSame(index, device);
      expect(folder.said).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 60_000);
