/** What connections, readers that have stopped and stored vaults cost the relay's memory. */
import { setTimeout as sleep } from "node:timers/promises";
import { numberText } from "./figures.ts";
import { type Side, startSide } from "./jobs.ts";
import type { MemorySide } from "./memorySide.ts";
import type { BenchOptions } from "./options.ts";
import { type RelayProcess, startRelayProcess } from "./relayProcess.ts";
import { type Goal, printTable } from "./table.ts";
import { vaultsPerUser } from "./world.ts";

const kib = 1_024;
const mib = 1_048_576;

const connectionCount = 1_000;
const connectionKibGoal = 40;
const stalledCount = 20;
const passedByteLength = 100_000_000;
/** What may wait in a socket, one frame beyond it, and what V8 rounds up. */
const stalledKibGoal = 512;
const storedCount = 10_000;
const quickStoredCount = 2_000;
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

const connections = async (relay: RelayProcess, load: Load): Promise<readonly Found[]> => {
  const { url } = relay;
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

const stalled = async (relay: RelayProcess, load: Load): Promise<readonly Found[]> => {
  const { url } = relay;
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
      what: "  of one of them",
      unit: "KiB",
      memory: share(held, stalledCount),
      goal: stalledKibGoal,
    },
  ];
};

const stored = async (load: Load, count: number): Promise<readonly Found[]> => {
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

const inUnit = ({ unit }: Found, bytes: number): number => bytes / (unit === "KiB" ? kib : mib);

export const benchMemory = async ({ isQuick }: BenchOptions): Promise<readonly Goal[]> => {
  const load = startSide<MemorySide>(new URL("./memorySide.ts", import.meta.url));
  const relay = await startRelayProcess({ loadsInside: true });
  const found = [...(await connections(relay, load)), ...(await stalled(relay, load))];
  await relay.stop();
  found.push(...(await stored(load, isQuick ? quickStoredCount : storedCount)));
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
    const value = inUnit(one, memory.rss);
    return goal === undefined
      ? []
      : [
          {
            what: `memory: ${what.trim()}`,
            goal: `<= ${goal} ${unit}`,
            found: `${numberText(value)} ${unit}`,
            isMet: value <= goal,
          },
        ];
  });
};
