/**
 * A process of its own for each side of a measurement, that does what it is asked, one thing after the
 * other, and says what that cost it. A side that fails ends, and the measurement with it.
 */
import { assert } from "@duro/crypto/types";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What a side can be asked for. */
type Jobs = Readonly<Record<string, (ask: never) => unknown>>;

export interface Done<T> {
  readonly value: T;
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface Asked {
  readonly name: string;
  readonly ask: unknown;
}

/** In the process of its own. */
export const serveJobs = (jobs: Jobs): void => {
  process.on("message", ({ name, ask }: Asked) => {
    void (async () => {
      const startedAt = performance.now();
      const startedCpu = process.cpuUsage();
      // What was asked is what the other side's types let it ask.
      const value = await (jobs[name] as (ask: unknown) => unknown)(ask);
      const { user, system } = process.cpuUsage(startedCpu);
      const wallMs = performance.now() - startedAt;
      process.send?.({ value, wallMs, cpuMs: (user + system) / 1_000 });
    })();
  });
  process.on("disconnect", () => process.exit());
};

export interface Side<J extends Jobs> {
  readonly pid: number;
  ask<Name extends keyof J & string>(
    name: Name,
    ask: Parameters<J[Name]>[0],
  ): Promise<Done<Awaited<ReturnType<J[Name]>>>>;
  stop(): Promise<void>;
}

export const startSide = <J extends Jobs>(file: URL): Side<J> => {
  const child = fork(fileURLToPath(file), { serialization: "advanced" });
  const { pid } = child;
  assert(pid !== undefined, "a process starts");
  return {
    pid,
    ask: async (name, ask) => {
      child.send({ name, ask });
      const ended = new AbortController();
      const { signal } = ended;
      const [answer] = await Promise.race([
        once(child, "message", { signal }),
        once(child, "exit", { signal }).then((): never => {
          throw new Error(`${fileURLToPath(file)} has ended: see above`);
        }),
      ]);
      ended.abort();
      return answer as Done<never>; // what the job gives, as its type says
    },
    stop: async () => {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
};
