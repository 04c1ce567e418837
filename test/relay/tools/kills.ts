/** The ways in which a working relay loses its life or its database, and what must be so right after. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { aboutRoutes } from "../../../packages/protocol/src/index.ts";
import type { Chance } from "./chance.ts";
import { killIfThere } from "./folders.ts";
import { fault, type Ledger } from "./ledger.ts";
import { postmasterOf, type Program } from "./program.ts";

/** `backend` is one connection's process: Postgres then throws out all others and recovers by itself. */
export const killKinds = ["relay", "postgres", "backend", "both"] as const;
export type KillKind = (typeof killKinds)[number];

export interface Killing {
  readonly data: string;
  readonly url: string;
  readonly program: Program;
  readonly ledger: Ledger;
  readonly chance: Chance;
}

export interface Killed {
  /** Otherwise it is still the one that was started before. */
  readonly mustStart: boolean;
  /** Of a relay whose Postgres was killed: until its process was gone. */
  readonly endedMs: number | undefined;
}

const dead: Killed = { mustStart: true, endedMs: undefined };

export const killAndWait = async (kind: KillKind, killing: Killing): Promise<Killed> => {
  const { program, data } = killing;
  switch (kind) {
    case "relay":
      await program.kill();
      return dead;
    case "both":
      killIfThere(postmasterOf(data));
      await program.kill();
      return dead;
    case "postgres":
      return killPostgres(killing);
    case "backend":
      await killBackend(killing);
      return { mustStart: false, endedMs: undefined };
  }
};

/** A relay whose database is gone has ten seconds to say so and go; the rest is for a busy machine. */
const endMsMax = 20_000;

const killPostgres = async ({ data, program, ledger }: Killing): Promise<Killed> => {
  const killedAtMs = performance.now();
  killIfThere(postmasterOf(data));
  const ended = await Promise.race([program.ended, sleep(endMsMax, undefined, { ref: false })]);
  const endedMs = performance.now() - killedAtMs;
  if (ended === undefined) {
    fault(ledger, "the relay hangs when its Postgres is gone");
    await program.kill();
  } else if (ended.code !== 1 || program.failure().code !== "Stopped")
    fault(ledger, `without its Postgres the relay ended with ${ended.code}: ${program.out()}`);
  if (/\n\s+at /u.test(program.err())) fault(ledger, "a stack is in the relay's log");
  return { mustStart: true, endedMs };
};

/** Until Postgres has recovered and the relay has connections again. */
const readyMsMax = 20_000;
const readyPollMs = 50;

const killBackend = async ({ data, url, program, ledger, chance }: Killing): Promise<void> => {
  const backends = backendsOf(postmasterOf(data));
  const victim = backends[chance.below(backends.length)];
  if (victim === undefined) return fault(ledger, "a relay at work has no connection to Postgres");
  killIfThere(victim);
  // Before, it might answer from what it knew.
  await sleep(readyPollMs);
  const giveUpAtMs = performance.now() + readyMsMax;
  while (!(await isReady(url))) {
    if (performance.now() > giveUpAtMs)
      return fault(ledger, `the relay is not ready again: ${program.out()}`);
    await sleep(readyPollMs);
  }
};

export const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}${aboutRoutes.readyz.path}`).then(
    (answer) => answer.ok,
    () => false,
  );

/** Its children that serve a connection, which say so in their title. */
const backendsOf = (postmaster: number): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name) && isBackendOf(postmaster, name))
    .map(Number);

const isBackendOf = (postmaster: number, pid: string): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the name, which may hold anything: state, parent.
    const parent = stat.slice(stat.lastIndexOf(")") + 1).split(" ")[2];
    const title = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return parent === `${postmaster}` && title.includes("[local]");
  } catch {
    return false; // it ended meanwhile
  }
};
