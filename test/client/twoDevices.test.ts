/** Engines on real sockets at the real relay's core: what one writes, the other has. */
import { createMemoryDisk } from "../../packages/client/src/testing/memoryLocalStore.ts";
import { afterEach, expect, test } from "vitest";
import { endWorlds, openWorld, textOf, until } from "./tools/world.ts";

afterEach(endWorlds);

test("what one device writes, the other has, both ways", async () => {
  const { vault, first, second, open, relay } = await openWorld();
  const a = await textOf(await open(first), vault.state.vault);
  const b = await textOf(await open(second), vault.state.vault);
  a.text().insert(0, "hello");
  expect(await a.open.saved()).toEqual({ ok: true, value: undefined });
  await until(() => b.text().toJSON() === "hello");
  b.text().insert(5, " world");
  await until(() => a.text().toJSON() === "hello world");
  await until(() => a.vault.status.pendingCount === 0 && b.vault.status.pendingCount === 0);
  expect(relay.failures).toEqual([]);
});

test("what is written without a relay goes when there is one", async () => {
  const { vault, first, second, open } = await openWorld();
  const engine = await open(first);
  engine.disconnect();
  const a = await textOf(engine, vault.state.vault);
  for (let at = 0; at < 500; at += 1) a.text().insert(at, "x");
  await a.open.saved();
  engine.connect();
  const b = await textOf(await open(second), vault.state.vault);
  await until(() => b.text().length > 0);
  expect(b.text().length).toBe(500);
});

test("a device that comes back goes on where it was", async () => {
  const { vault, first, second, open } = await openWorld();
  const disk = createMemoryDisk();
  const engine = await open(first, disk);
  const a = await textOf(engine, vault.state.vault);
  a.text().insert(0, "one");
  await a.open.saved();
  await until(() => a.vault.status.pendingCount === 0);
  await engine[Symbol.asyncDispose]();
  const b = await textOf(await open(second), vault.state.vault);
  await until(() => b.text().toJSON() === "one");
  b.text().insert(3, " two");
  const again = await textOf(await open(first, disk), vault.state.vault);
  await until(() => again.text().toJSON() === "one two");
  again.text().insert(7, " three");
  await until(() => b.text().length > 7);
  expect(b.text().toJSON()).toBe("one two three");
});

test("a copied device goes on under another chain, and nothing of either is lost", async () => {
  const { vault, first, second, open } = await openWorld();
  const disk = createMemoryDisk();
  const engine = await open(first, disk);
  const a = await textOf(engine, vault.state.vault);
  a.text().insert(0, "base ");
  await a.open.saved();
  await until(() => a.vault.status.pendingCount === 0);
  await engine[Symbol.asyncDispose]();
  const copy = { tables: disk.tables };
  const original = await open(first, disk);
  const o = await textOf(original, vault.state.vault);
  o.text().insert(0, "original ");
  await until(() => o.vault.status.pendingCount === 0);
  await original[Symbol.asyncDispose]();
  const c = await textOf(await open(first, copy), vault.state.vault);
  c.text().insert(c.text().length, "copy ");
  const b = await textOf(await open(second), vault.state.vault);
  await until(() => /original/u.test(b.text().toJSON()) && /copy/u.test(b.text().toJSON()));
  await until(() => c.text().toJSON() === b.text().toJSON());
  expect(b.text().toJSON()).toBe("original base copy ");
});

test("who has a document open sees the others who have, until they leave", async () => {
  const { vault, first, second, open } = await openWorld();
  const engine = await open(first);
  const a = await textOf(engine, vault.state.vault);
  const b = await textOf(await open(second), vault.state.vault);
  // Whose chain is not there yet is nobody that counts.
  a.text().insert(0, "a");
  b.text().insert(0, "b");
  await until(() => a.text().length === 2 && b.text().length === 2);
  a.open.awareness.setLocalState({ cursor: 1 });
  b.open.awareness.setLocalState({ cursor: 2 });
  await until(() => a.open.awareness.states.size === 2 && b.open.awareness.states.size === 2);
  const { clientID } = a.open.doc;
  expect(b.open.awareness.states.get(clientID)).toEqual({ cursor: 1 });
  await engine[Symbol.asyncDispose]();
  await until(() => !b.open.awareness.states.has(clientID));
  expect(b.open.awareness.states.size).toBe(1);
});
