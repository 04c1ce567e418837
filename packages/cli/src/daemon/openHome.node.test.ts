import { rm } from "node:fs/promises";
import { decide, forget, remember, rootDoc, type EntryId } from "@duro/memory";
import { assert } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import type { OpenHome } from "./openHome.ts";
import { foundIn, openLocalHome, temporaryFolder } from "./testing/localHome.ts";

const rememberIn = async (home: OpenHome, claim: string): Promise<EntryId> => {
  const written = await home.write((memory) => remember(memory, { claim }));
  assert(written.ok, "it is written");
  return written.value.id;
};

const textsFound = (home: OpenHome, query: string): readonly string[] =>
  home.index.search(query, { limit: 100 }).map(({ text }) => text);

const foundFolder = async (): Promise<string> => {
  const folder = await temporaryFolder();
  await foundIn(folder);
  return folder;
};

describe("a write", () => {
  test("is found as soon as it is confirmed", async () => {
    const { home } = await openLocalHome(await foundFolder());
    await rememberIn(home, "the queue is drained at midnight");
    expect(textsFound(home, "queue midnight")).toEqual(["the queue is drained at midnight"]);
  });

  test("of many at once is found, each", async () => {
    const { home, events } = await openLocalHome(await foundFolder());
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    await Promise.all(numbers.map((number) => rememberIn(home, `wagon ${number}`)));
    expect(textsFound(home, "wagon")).toHaveLength(60);
    expect(events).toEqual([]);
  });

  test("tells who follows which entries changed", async () => {
    const { home, changes } = await openLocalHome(await foundFolder());
    await home.settled();
    await rememberIn(home, "first");
    const id = await rememberIn(home, "second");
    expect(changes).toContainEqual({ ids: [id] });
  });

  test("of what no device would read is refused and taken back, and later ones go on", async () => {
    const folder = await foundFolder();
    const first = await openLocalHome(folder);
    const { home } = first;
    await rememberIn(home, "kept");
    const refused = home.write((memory) => {
      const doc = memory.docOf(rootDoc);
      if (doc === undefined) return { ok: false, error: { type: "DocNotOpen", name: rootDoc } };
      doc.getMap("other").set("large", new Uint8Array(1_048_576));
      return { ok: true, value: { docs: [rootDoc] } };
    });
    const beside = home.write((memory) => decide(memory, { decision: "beside it" }));
    expect(await refused).toEqual({ ok: false, error: { type: "SaveFailed", why: "EditRefused" } });
    expect((await beside).ok).toBe(true);
    await rememberIn(home, "and after");
    await home.settled();
    expect(textsFound(home, "beside")).toHaveLength(1);
    await first.close();
    const { home: again } = await openLocalHome(folder);
    expect(textsFound(again, "after")).toEqual(["and after"]);
    expect(again.memory.docOf(rootDoc)?.getMap("other").size).toBe(0);
  });

  test("to an entry changes what is found of it", async () => {
    const { home } = await openLocalHome(await foundFolder());
    const id = await rememberIn(home, "a passing thought");
    const forgotten = await home.write((memory) => forget(memory, [id]));
    expect(forgotten.ok).toBe(true);
    expect(textsFound(home, "thought")).toEqual([]);
  });
});

describe("the index of a home that opens again", () => {
  test("has what it had, and reads no document for it", async () => {
    const folder = await foundFolder();
    const first = await openLocalHome(folder);
    await rememberIn(first.home, "the lamp is green");
    await first.close();
    const { home, changes } = await openLocalHome(folder);
    expect(textsFound(home, "lamp")).toEqual(["the lamp is green"]);
    await home.settled();
    // Nothing was read anew, or it would have been told.
    expect(changes.filter((change) => change !== "status")).toEqual([]);
  });

  test("is made anew where its file is gone", async () => {
    const folder = await foundFolder();
    const first = await openLocalHome(folder);
    await rememberIn(first.home, "the lamp is green");
    await first.home.write((memory) => decide(memory, { decision: "use lamps" }));
    await first.close();
    await rm(first.indexFile);
    const { home } = await openLocalHome(folder);
    await home.settled();
    expect(textsFound(home, "lamp")).toHaveLength(2);
  });

  test("is mended where it missed a write", async () => {
    const folder = await foundFolder();
    const first = await openLocalHome(folder);
    await rememberIn(first.home, "kept");
    // Durable, and the process ends before the index is told.
    const { memory, vault } = first.home;
    assert(remember(memory, { claim: "missed" }).ok, "it is made");
    await vault.open("00".repeat(16) as never).then((open) => open.saved());
    await first.close();
    const { home } = await openLocalHome(folder);
    await home.settled();
    expect(textsFound(home, "missed")).toEqual(["missed"]);
    expect(textsFound(home, "kept")).toEqual(["kept"]);
  });
});
