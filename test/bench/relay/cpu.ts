/** Processor time of other processes, so that a table can say which side was full. Linux only. */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

const ticksPerSecond = 100;

interface Stat {
  readonly parent: number;
  readonly cpuMs: number;
}

/** The name stands in brackets and may hold anything; behind it come numbers. */
const readStat = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { parent: Number(fields[1]), cpuMs: (ticks * 1_000) / ticksPerSecond };
  } catch {
    return undefined; // ended meanwhile, or no Linux
  }
};

export const cpuMsOf = (pid: number): number => readStat(pid)?.cpuMs ?? 0;

/** With its children: a Postgres. */
export const cpuMsOfFamily = (pid: number): number => {
  let sumMs = 0;
  for (const name of readProcesses()) {
    const stat = readStat(name);
    if (stat !== undefined && (name === pid || stat.parent === pid)) sumMs += stat.cpuMs;
  }
  return sumMs;
};

const readProcesses = (): readonly number[] => {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
};

/** Of the whole machine: what is left beside ours is somebody else's, and noise. */
export const busyMsOfMachine = (): number =>
  cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
