/** What connections, readers that have stopped and stored vaults cost the relay's memory. */
import { setTimeout as sleep } from "node:timers/promises";
import { numberText, spreadOf } from "./figures.ts";
import { type Side, startSide } from "./jobs.ts";
import type { MemorySide } from "./memorySide.ts";
import type { BenchOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { atMost, type Goal, printTable } from "./table.ts";
import { vaultsPerUser } from "./world.ts";

const kib = 1_024;
const mib = 1_048_576;

const connectionKibGoal = 40;
/** What may wait in a socket, one frame beyond it, and what V8 rounds up. */
const stalledKibGoal = 512;
const storedMibGoal = 5;

/** Timers and sockets that are about to go. */
const settleMs = 500;

interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
}

const memoryOf = async (relay: RelayProcess): Promise<Memory> => {
  await sleep(settleMs);
  await relay.askInside({ kind: "collectGarbage" });
  const metrics = await relay.metrics();
  const bytesOf = (name: string): number => metrics.get(name) ?? Number.NaN;
  return {
    rss: bytesOf("process_resident_memory_bytes"),
    heap: bytesOf("nodejs_heap_size_used_bytes"),
    external: bytesOf("nodejs_external_memory_bytes"),
  };
};

const difference = (after: Memory, before: Memory): Memory => ({
  rss: after.rss - before.rss,
  heap: after.heap - before.heap,
  external: after.external - before.external,
});

/** Of one of so many. */
const share = ({ rss, heap, external }: Memory, count: number): Memory => ({
  rss: rss / count,
  heap: heap / count,
  external: external / count,
});

interface Found {
  readonly what: string;
  readonly unit: "KiB" | "MiB";
  readonly memory: Memory;
  readonly goal?: number;
}

type Load = Side<MemorySide>;

const connections = async (
  relay: RelayProcess,
  load: Load,
  connectionCount: number,
): Promise<readonly Found[]> => {
  const { url } = relay;
  progress("memory: idle connections");
  await load.ask("createVault", { url });
  // What is made once, and not for each, is there before.
  await load.ask("connect", { url, count: connectionCount / 10 });
  await load.ask("readAll", undefined);
  await load.ask("disconnect", undefined);
  const before = await memoryOf(relay);
  await load.ask("connect", { url, count: connectionCount });
  const idle = difference(await memoryOf(relay), before);
  await load.ask("readAll", undefined);
  const reading = difference(await memoryOf(relay), before);
  await load.ask("disconnect", undefined);
  const left = difference(await memoryOf(relay), before);
  const unit = "KiB";
  return [
    {
      what: `an idle connection that is logged in, of ${numberText(connectionCount)}`,
      unit,
      memory: share(idle, connectionCount),
      goal: connectionKibGoal,
    },
    { what: "  with a vault open", unit, memory: share(reading, connectionCount) },
    { what: "  what stays when all have gone", unit, memory: share(left, connectionCount) },
  ];
};

const stalled = async (
  relay: RelayProcess,
  load: Load,
  { stalledCount, passedByteLength }: BenchOptions,
): Promise<readonly Found[]> => {
  const { url } = relay;
  progress("memory: readers that have stopped");
  const pass = () => load.ask("pass", { url, byteLength: passedByteLength });
  // Without them first: what passing costs is no reader's.
  await pass();
  const before = await memoryOf(relay);
  await pass();
  const passed = difference(await memoryOf(relay), before);
  await load.ask("connect", { url, count: stalledCount });
  await load.ask("stall", { url });
  const calm = await memoryOf(relay);
  await pass();
  const held = difference(await memoryOf(relay), calm);
  await load.ask("disconnect", undefined);
  const what = `${numberText(passedByteLength / 1e6)} MB that pass`;
  return [
    { what, unit: "MiB", memory: passed },
    { what: `${what} ${stalledCount} readers that have stopped`, unit: "MiB", memory: held },
    {
      what: "  a reader that has stopped",
      unit: "KiB",
      memory: share(held, stalledCount),
      goal: stalledKibGoal,
    },
  ];
};

const stored = async (load: Load, count: number): Promise<readonly Found[]> => {
  progress("memory: stored vaults");
  const relay = await startRelayProcess({ loadsInside: true });
  await load.ask("storeVaults", { url: relay.url, seed: "first", count: vaultsPerUser });
  const before = await memoryOf(relay);
  await load.ask("storeVaults", { url: relay.url, seed: "stored", count });
  const sameProcess = difference(await memoryOf(relay), before);
  await relay.stop({ keepsFolder: true });
  const again = await startRelayProcess({ loadsInside: true, folder: relay.folder });
  const withThem = await memoryOf(again);
  await again.stop();
  const fresh = await startRelayProcess({ loadsInside: true });
  const without = await memoryOf(fresh);
  await fresh.stop();
  return [
    {
      what: `${numberText(count)} vaults that were stored just now, and nobody there`,
      unit: "MiB",
      memory: sameProcess,
    },
    {
      what: `${numberText(count)} stored vaults, after a start`,
      unit: "MiB",
      memory: difference(withThem, without),
      goal: storedMibGoal,
    },
  ];
};

/** What is held, where the system has not had to give a page for it yet. */
const heldBytes = ({ rss, heap, external }: Memory): number => Math.max(rss, heap + external);

const inUnit = ({ unit }: Found, bytes: number): number => bytes / (unit === "KiB" ? kib : mib);

export const benchMemory = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { idleConnectionCount, storedVaultCount } = options;
  const load = startSide<MemorySide>(new URL("./memorySide.ts", import.meta.url));
  const relay = await startRelayProcess({ loadsInside: true });
  const found = [
    ...(await connections(relay, load, idleConnectionCount)),
    ...(await stalled(relay, load, options)),
  ];
  await relay.stop();
  if (storedVaultCount > 0) found.push(...(await stored(load, storedVaultCount)));
  await load.stop();
  console.log("Memory of the relay's process, garbage collected");
  printTable(
    ["", "unit", "resident", "heap used", "external"],
    found.map((one) => [
      one.what,
      one.unit,
      ...[one.memory.rss, one.memory.heap, one.memory.external].map((bytes) =>
        numberText(inUnit(one, bytes)),
      ),
    ]),
  );
  return found.flatMap((one) => {
    const { what, goal, unit, memory } = one;
    if (goal === undefined) return [];
    return [
      atMost({
        what: `memory: ${what.trim()}, ${unit}`,
        limit: goal,
        found: spreadOf([inUnit(one, heldBytes(memory))]),
      }),
    ];
  });
};
