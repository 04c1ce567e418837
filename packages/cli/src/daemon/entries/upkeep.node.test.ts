import { type EntryId, show, undoMs } from "@duro/memory";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entryRoutes } from "./entryRoutes.ts";
import { openTestDaemon, type TestDaemon, valueOf } from "./testing/openTestDaemon.ts";
import { startUpkeep, type Upkeep } from "./upkeep.ts";

let daemon: TestDaemon;
let upkeep: Upkeep;
beforeEach(async () => {
  daemon = await openTestDaemon(entryRoutes);
  upkeep = startUpkeep({
    home: () => daemon.home,
    after: () => () => {},
    onFailure: (cause) => {
      throw cause;
    },
  });
});
afterEach(async () => {
  upkeep.stop();
  await daemon[Symbol.asyncDispose]();
});

const remember = async (text: string): Promise<EntryId> =>
  valueOf(await daemon.call("remember", { text })).id as EntryId;

const listed = (): readonly string[] =>
  daemon.home.index.list({ limit: 50 }).items.map(({ id }) => id);

test("of two that say the same the older is left, once the document is quiet", async () => {
  await upkeep.look();
  const older = await remember("the port is 5432");
  const newer = await remember("The port is 5432.");
  await upkeep.look();
  expect(listed()).toEqual([newer, older]);
  await upkeep.look();
  expect(listed()).toEqual([older]);
  const item = valueOf(await daemon.home.read((memory) => show(memory, newer)));
  expect(item.supersededBy).toBe(older);
});

test("a document in which nothing changed is left alone", async () => {
  await remember("x");
  await upkeep.look();
  const before = await marks();
  for (let count = 0; count < 3; count += 1) await upkeep.look();
  expect(await marks()).toEqual(before);
});

const marks = async (): Promise<readonly unknown[]> => {
  await daemon.home.settled();
  const item = valueOf(await daemon.home.read((memory) => show(memory, listed()[0] as EntryId)));
  return [daemon.home.index.markOf(item.doc)];
};

test("what has been forgotten for seven days is buried", async () => {
  const id = await remember("gone");
  valueOf(await daemon.call("forget", { ids: [id], how: "forget" }));
  await upkeep.look();
  expect((await daemon.home.read((memory) => show(memory, id))).ok).toBe(true);
  daemon.aheadMs = undoMs + 60_000;
  await upkeep.look();
  const after = await daemon.home.read((memory) => show(memory, id));
  expect(after.ok || after.error.type).toBe("EntryGone");
});
