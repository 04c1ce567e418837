import { expect, test } from "vitest";
import * as Y from "yjs";
import { closeStations, docOf, openCompactingWorld } from "./tools/compacting.ts";
import { endWorlds, until } from "./tools/world.ts";

import { appendFileSync } from "node:fs";
const log = (...all: unknown[]) => appendFileSync("/tmp/compaction-work/perf.txt", all.map((x) => typeof x === "object" ? JSON.stringify(x) : String(x)).join(" ") + "\n");
test("cold", async () => {
  const world = await openCompactingWorld();
  const a = await world.station(world.first);
  const docCount = Number(process.env.DOCS ?? 1);
  const t0 = performance.now();
  for (let e = 0; e < 500; e += 1) {
    await using held = await a.vault.open(docOf(1 + (e % docCount)));
    held.doc.transact(() => {
      const map = held.doc.getMap("entities");
      for (let i = 0; i < 100; i += 1) {
        const m = new Y.Map();
        map.set(`e${e}-${i}`, m);
        m.set("title", `memory number ${e * 100 + i}`);
        m.set("text", `Some words that were noted at ${e * 7919 + i} about ${i * e}`);
        m.set("at", 1_700_000_000_000 + e * 1000 + i);
      }
    });
    await held.saved();
    await until(() => a.vault.status.pendingCount === 0, 20_000);
  }
  log("write", Math.round(performance.now() - t0));
  const b = await world.station(world.second);
  let t = performance.now();
  await until(
    () =>
      b.vault.status.isCaughtUp &&
      [...b.engine.chains(world.vault.state.vault)].some(({ counted }) => counted > 500),
    60_000,
  );
  log("b catches up by envelopes", Math.round(performance.now() - t));
  t = performance.now();
  expect(await a.compact()).toMatchObject({ hasWritten: true });
  log("a writes checkpoint", Math.round(performance.now() - t));
  await until(
    () => [...b.engine.chains(world.vault.state.vault)].some(({ counted }) => counted > 501),
    60_000,
  );
  t = performance.now();
  log(await b.compact());
  log("b attests and prunes", Math.round(performance.now() - t));
  log("removed", await world.prune());
  t = performance.now();
  const c = await world.station(world.third);
  log("c open", Math.round(performance.now() - t));
  await until(() => c.vault.status.isCaughtUp, 60_000);
  log("c caught up", Math.round(performance.now() - t));
  await until(() => c.vault.status.heldCount === 0, 60_000);
  log("c settled", Math.round(performance.now() - t));
  for (let d = 0; d < docCount; d += 1) {
    await using held = await c.vault.open(docOf(1 + d));
    held.doc.getMap("entities").size;
  }
  log("c docs open", Math.round(performance.now() - t));
  let mem = process.memoryUsage();
  log("rss", mem.rss >> 20);
  await closeStations();
  await endWorlds();
}, 300_000);
