/**
 * A daemon that is killed while clients write: whatever was confirmed is there afterwards, found by
 * search and shown by id. The ledger is kept here, outside of the process.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createChance } from "../../relay/tools/chance.ts";
import type { Json, Machine } from "./machine.ts";

export interface CrashReport {
  readonly kills: number;
  readonly confirmed: number;
  /** Confirmed and not there. */
  readonly lost: readonly string[];
}

export interface CrashOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly clients?: number;
}

const clientsByDefault = 8;
/** One word that no other begins with. */
const wordOf = (number: number): string =>
  `word${number.toString(26).padStart(6, "0")}`.replaceAll(/\d/gu, (digit) =>
    String.fromCodePoint(0x71 + Number(digit)),
  );

/** Long enough for some writes, short enough that a kill falls among them. */
const roundMsMin = 60;
const roundMsSpread = 340;

export const runCrashRounds = async (
  machine: Machine,
  { rounds, seed, clients = clientsByDefault }: CrashOptions,
): Promise<CrashReport> => {
  const chance = createChance(seed);
  const ledger = new Map<string, string>();
  let number = 0;
  let kills = 0;

  const write = async (until: { isOver: boolean }): Promise<void> => {
    while (!until.isOver) {
      number += 1;
      const text = `confirmed ${wordOf(number)}`;
      try {
        const answer: Json = await machine.call("remember", { text });
        if (typeof answer?.id === "string") ledger.set(answer.id, text);
      } catch {
        // The daemon is gone; what it had not confirmed may be there or not.
        return;
      }
    }
  };

  for (let round = 0; round < rounds; round += 1) {
    // A command starts the daemon that was killed.
    const status = await machine.duro(["status"]);
    if (status.code !== 0) throw new Error(`status failed: ${status.out}${status.err}`);
    const until = { isOver: false };
    const writing = Array.from({ length: clients }, () => write(until));
    await sleep(roundMsMin + chance.below(roundMsSpread));
    await machine.killDaemon();
    kills += 1;
    until.isOver = true;
    await Promise.all(writing);
  }

  await machine.duro(["status"]);
  const lost: string[] = [];
  for (const [id, text] of ledger) {
    const shown: Json = await machine.call("show", { id });
    const [item] = shown?.items ?? [];
    const word = text.split(" ")[1] ?? "";
    const found: Json = await machine.call("search", { query: word });
    const isFound = (found?.items ?? []).some((one: Json) => one.id === id);
    if (item?.text !== text || !isFound) lost.push(id);
  }
  return { kills, confirmed: ledger.size, lost };
};
