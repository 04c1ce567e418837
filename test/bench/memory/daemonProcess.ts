/** The daemon as a process of its own, and questions to it without a command in between. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const bin = join(import.meta.dirname, "../../../packages/cli/bin/duro.mjs");

export interface Place {
  readonly home: string;
  readonly socket: string;
}

export const ask = (socket: string, name: string, body: object): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath: socket,
        path: `/v1/${name}`,
        method: "POST",
        // A kept connection would be to a daemon that has ended.
        agent: false,
        headers: { "content-type": "application/json" },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          resolve(JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>),
        );
      },
    );
    asked.on("error", reject);
    asked.end(JSON.stringify(body));
  });

const isThere = (socket: string): Promise<boolean> =>
  ask(socket, "ping", {}).then(
    () => true,
    () => false,
  );

export const startDaemon = async ({ home, socket }: Place) => {
  const began = performance.now();
  const child = spawn(process.execPath, [bin, "daemon", "--home", home, "--quiet"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  while (!(await isThere(socket))) {
    if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
    await sleep(5);
  }
  return { child, startMs: performance.now() - began };
};

export const stopDaemon = async (child: Awaited<ReturnType<typeof startDaemon>>["child"]) => {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
};

/** The launcher runs the program in a second process where this Node is not the one that it wants. */
export const programOf = (socket: string): Promise<number> =>
  ask(socket, "ping", {}).then(({ pid }) => Number(pid));
