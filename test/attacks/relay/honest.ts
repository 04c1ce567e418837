/** An honest client beside the attackers, and how long it had to wait. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface HonestFigures {
  /** From an edit to its receipt. */
  readonly appendMs: number[];
  /** From dialling to an open vault. */
  readonly visitMs: number[];
  readonly failures: string[];
}

export interface Honest {
  /** Since it was last asked. */
  figures(): Promise<HonestFigures>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("./honestProgram.ts", import.meta.url));

export const startHonest = async (url: string): Promise<Honest> => {
  const child = fork(program, [url], { execArgv: [] });
  const exited = once(child, "exit");
  await Promise.race([once(child, "message"), exited]);
  return {
    figures: async () => {
      const answer = once(child, "message");
      child.send("figures");
      const [figures] = (await answer) as [HonestFigures];
      return figures;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
};

/** Of numbers in any order; 0 where there are none. */
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
};
