/**
 * Kills one of two devices at a random moment of its work, starts it again, and so on; in the end both
 * must have every word that either was ever told to be durable. The ledger of those is kept here, outside.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { assert, bytesToHex } from "@duro/crypto/types";
import { type Chance, createChance } from "../../relay/tools/chance.ts";
import { newFolder } from "../../relay/tools/folders.ts";
import { docsOfRounds, type Order } from "./deviceOrder.ts";
import { closeMachines, foundPerson, openMachine, startRelay, until } from "./machines.ts";
import { addMachine } from "./pairing.ts";

export interface DeviceReport {
  readonly kills: number;
  /** Before it had said that it is ready. */
  readonly earlyKills: number;
  readonly wordsMade: number;
  readonly wordsSaved: number;
  /** Of those that were made and never confirmed, how many are there all the same. */
  readonly unconfirmedKept: number;
  readonly faults: readonly string[];
  readonly seconds: number;
  /** From the last word until both had everything. */
  readonly settleMs: number;
}

export interface DeviceRoundsOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly onRound?: (round: number, report: Pick<DeviceReport, "wordsSaved" | "faults">) => void;
}

interface Ledger {
  readonly made: Set<string>;
  readonly saved: Set<string>;
  readonly faults: string[];
}

interface Side {
  readonly order: Omit<Order, "seed" | "firstNumber">;
  nextNumber: number;
  child: Device;
}

interface Device {
  readonly isReady: () => boolean;
  readonly listed: () => Listed | undefined;
  readonly tell: (line: "quiet" | "list") => void;
  readonly isQuiet: () => boolean;
  kill(): Promise<void>;
}

interface Listed {
  readonly isSettled: boolean;
  readonly words: readonly (readonly string[])[];
}

const programFile = join(import.meta.dirname, "deviceProcess.ts");
const pauseMsMax = 12;
const killAfterMsMax = 700;
/** One in this many is killed while it starts, and one in this many together with the other. */
const earlyEvery = 6;
const bothEvery = 5;
const startMsMax = 30_000;
const settleMsMax = 120_000;
const compiledFolder = newFolder();
const children = new Set<ChildProcess>();

const startDevice = (order: Order, ledger: Ledger): Device => {
  const child = spawn(process.execPath, [programFile, JSON.stringify(order)], {
    stdio: ["pipe", "pipe", "inherit"],
    // They start hundreds of times.
    env: { ...process.env, NODE_COMPILE_CACHE: compiledFolder },
  });
  children.add(child);
  // Whoever was killed reads no more.
  child.stdin.on("error", () => {});
  let isReady = false;
  let isQuiet = false;
  let listed: Listed | undefined;
  const kinds: Record<string, (rest: string) => void> = {
    ready: () => {
      isReady = true;
    },
    quiet: () => {
      isQuiet = true;
    },
    made: (word) => ledger.made.add(word),
    saved: (word) => ledger.saved.add(word),
    list: (json) => {
      listed = JSON.parse(json) as Listed;
    },
  };
  createInterface(child.stdout).on("line", (line) => {
    const [kind = "", ...rest] = line.split(" ");
    const known = kinds[kind];
    if (known === undefined) ledger.faults.push(`${order.name} said: ${line}`);
    else known(rest.join(" "));
  });
  const closed = new Promise<void>((resolve) => {
    child.once("close", (code) => {
      children.delete(child);
      if (code !== null) ledger.faults.push(`${order.name} ended by itself, with ${code}`);
      resolve();
    });
  });
  return {
    isReady: () => isReady,
    isQuiet: () => isQuiet,
    listed: () => listed,
    tell: (line) => void child.stdin.write(`${line}\n`),
    // Its output is read to the end: what it said before it died is in the ledger.
    kill: async () => {
      child.kill("SIGKILL");
      await closed;
    },
  };
};

const startAgain = (side: Side, chance: Chance, ledger: Ledger): void => {
  // A word that was made and not read before the kill is not made again.
  side.nextNumber += 100_000;
  const order = { ...side.order, seed: chance.below(2 ** 31), firstNumber: side.nextNumber };
  side.child = startDevice(order, ledger);
};

export const runDeviceRounds = async (options: DeviceRoundsOptions): Promise<DeviceReport> => {
  const startedAtMs = performance.now();
  const chance = createChance(options.seed);
  const ledger: Ledger = { made: new Set(), saved: new Set(), faults: [] };
  const world = await createPair(ledger, chance);
  const counts = { kills: 0, earlyKills: 0 };
  try {
    for (let round = 1; round <= options.rounds && ledger.faults.length === 0; round += 1) {
      const [one, other] = chance.below(2) === 0 ? world.sides : world.sides.toReversed();
      assert(one !== undefined && other !== undefined, "there are two");
      const killed = round % bothEvery === 0 ? [one, other] : [one];
      const isEarly = round % earlyEvery === 0;
      if (!isEarly)
        await until(() => killed.every(({ child }) => child.isReady()), "it starts", startMsMax);
      await sleep(chance.below(killAfterMsMax));
      await Promise.all(killed.map(({ child }) => child.kill()));
      counts.kills += killed.length;
      counts.earlyKills += killed.filter(({ child }) => !child.isReady()).length;
      for (const side of killed) startAgain(side, chance, ledger);
      options.onRound?.(round, { wordsSaved: ledger.saved.size, faults: ledger.faults });
    }
    const settledAfterMs = await settle(world.sides, ledger);
    const unconfirmedKept = await checkLists(world, ledger);
    return {
      ...counts,
      wordsMade: ledger.made.size,
      wordsSaved: ledger.saved.size,
      unconfirmedKept,
      faults: ledger.faults,
      seconds: (performance.now() - startedAtMs) / 1_000,
      settleMs: settledAfterMs,
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await closeMachines();
  }
};

interface Pair {
  readonly sides: readonly Side[];
  /** A third device, which sees only what the relay has. */
  readonly readThird: () => Promise<readonly (readonly string[])[]>;
}

const createPair = async (ledger: Ledger, chance: Chance): Promise<Pair> => {
  const { url } = await startRelay();
  const first = await foundPerson(url);
  const second = await addMachine(first, url);
  const third = await addMachine(first, url);
  await third.close();
  const { vault } = first;
  const sides = [first, second].map((machine, at): Side => {
    const order = {
      name: `device${at + 1}`,
      store: machine.file,
      deviceSeed: bytesToHex(machine.device.seed.reveal()),
      relayUrl: url,
      vault,
      pauseMsMax,
    };
    return { order, nextNumber: 0, child: noDevice };
  });
  await first.close();
  await second.close();
  for (const side of sides) startAgain(side, chance, ledger);
  return {
    sides,
    readThird: async () => {
      const machine = await openMachine(third.file, third.device, url);
      await until(
        () => machine.engine.vault(vault)?.status.isCaughtUp === true,
        "it reads",
        settleMsMax,
      );
      const lists = [];
      for (const doc of docsOfRounds) {
        const opened = await machine.engine.vault(vault)?.open(doc);
        lists.push(opened?.doc.getArray<string>("words").toArray() ?? []);
      }
      return lists;
    },
  };
};

const noDevice: Device = {
  isReady: () => false,
  isQuiet: () => false,
  listed: () => undefined,
  tell: () => {},
  kill: () => Promise.resolve(),
};

/** Both are quiet, and both say that they have everything, and the same. */
const settle = async (sides: readonly Side[], ledger: Ledger): Promise<number> => {
  await until(() => sides.every(({ child }) => child.isReady()), "both start", startMsMax);
  for (const { child } of sides) child.tell("quiet");
  await until(() => sides.every(({ child }) => child.isQuiet()), "both are quiet", startMsMax);
  const quietAtMs = performance.now();
  const isSettled = (): boolean => {
    const lists = sides.map(({ child }) => child.listed());
    return (
      lists.every((list) => list?.isSettled === true) &&
      JSON.stringify(lists[0]?.words) === JSON.stringify(lists[1]?.words)
    );
  };
  while (!isSettled() && performance.now() - quietAtMs < settleMsMax) {
    for (const { child } of sides) child.tell("list");
    await sleep(200);
  }
  if (!isSettled()) ledger.faults.push("the two do not come to have the same");
  return performance.now() - quietAtMs;
};

const checkLists = async ({ sides, readThird }: Pair, ledger: Ledger): Promise<number> => {
  const lists = sides.map(({ child }) => child.listed()?.words ?? []);
  for (const [at, words] of [...lists, await readThird()].entries()) {
    const all = words.flat();
    const there = new Set(all);
    const lost = [...ledger.saved].filter((word) => !there.has(word));
    const invented = all.filter((word) => !ledger.made.has(word));
    const name = `device${at + 1}`;
    if (lost.length > 0) ledger.faults.push(`${name} lacks ${lost.length}, as ${lost[0]}`);
    if (all.length !== there.size) ledger.faults.push(`${name} has a word twice`);
    if (invented.length > 0) ledger.faults.push(`${name} has what nobody made, as ${invented[0]}`);
  }
  const kept = new Set(lists[0]?.flat());
  return [...ledger.made].filter((word) => !ledger.saved.has(word) && kept.has(word)).length;
};
