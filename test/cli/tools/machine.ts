/** A machine of a person, as far as `duro` sees one: a folder of its own and the program's bin. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What npx runs. */
export const duroFile = join(import.meta.dirname, "../../../packages/cli/bin/duro.mjs");

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The lines of its output, each as JSON. */
  readonly lines: readonly Json[];
  /** The last of them. */
  readonly json: Json;
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever a command prints is looked at field by field
export type Json = any;

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A command that goes on while the test does. */
export interface Running {
  readonly child: ChildProcess;
  /** The next line of its output, as JSON; throws where it ends first. */
  next(): Promise<Json>;
  say(line: string): void;
  readonly ended: Promise<Ran>;
}

export interface Machine {
  readonly home: string;
  readonly socket: string;
  readonly seedFile: string;
  /** With `--json`. */
  duro(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** As a person types it. */
  plain(args: readonly string[], options?: RunOptions): Promise<Ran>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** The daemon's own door, without a command in front of it. */
  call(name: string, body?: object): Promise<Json>;
  daemonPid(): Promise<number | undefined>;
  killDaemon(): Promise<void>;
}

const machines = new Set<Machine>();
const children = new Set<ChildProcess>();

/** Nothing of the environment decides what is tested. */
const plainEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(?:DURO_|NODE_|VITEST|XDG_|[A-Za-z]*_proxy$)/iu.test(name)
        ? []
        : [[name, value]],
    ),
  );

let user: string | undefined;

/** Of the person at all machines: programs keep there what they compiled, which is no part of a machine. */
const userFolder = (): string => {
  if (user !== undefined) return user;
  const made = mkdtempSync(join(tmpdir(), "duro-user-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  user = made;
  return made;
};

const parse = (line: string): Json => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const begin = (
  args: readonly string[],
  { env = {}, cwd = "/" }: RunOptions,
  home: string,
): ChildProcess => {
  const child = spawn(process.execPath, [duroFile, ...args], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...plainEnvironment(), DURO_HOME: home, HOME: userFolder(), ...env },
  });
  children.add(child);
  child.once("close", () => children.delete(child));
  // A command that does not read its input may end before it is written.
  child.stdin?.on("error", () => {});
  return child;
};

const outcomeOf = async (child: ChildProcess): Promise<Ran> => {
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  const lines = out
    .trim()
    .split("\n")
    .map((line) => parse(line))
    .filter((line) => line !== undefined);
  return { code, out, err, lines, json: lines.at(-1) };
};

export const createMachine = async (home?: string): Promise<Machine> => {
  const folder = home ?? (await mkdtemp(join(tmpdir(), "duro-machine-")));
  const socket = join(folder, "run", "daemon.sock");

  const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const child = begin(args, options, folder);
    child.stdin?.end(options.input ?? "");
    return outcomeOf(child);
  };

  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const child = begin([...args, "--json"], options, folder);
    const waiting: string[] = [];
    const askers: ((line: string | undefined) => void)[] = [];
    const reader = createInterface({ input: child.stdout ?? process.stdin });
    reader.on("line", (line) => {
      const asker = askers.shift();
      if (asker === undefined) waiting.push(line);
      else asker(line);
    });
    reader.on("close", () => {
      for (const asker of askers.splice(0)) asker(undefined);
    });
    const ended = outcomeOf(child);
    return {
      child,
      ended,
      say: (line) => void child.stdin?.write(`${line}\n`),
      next: async () => {
        const line =
          waiting.shift() ??
          (await new Promise<string | undefined>((resolve) => void askers.push(resolve)));
        if (line !== undefined) return parse(line);
        const { out, err } = await ended;
        throw new Error(`it ended before it said more: ${out}${err}`);
      },
    };
  };

  const call = (name: string, body: object = {}): Promise<Json> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        // A line of its own: one that was kept the daemon may have closed just now.
        { socketPath: socket, path: `/v1/${name}`, method: "POST", agent: false },
        (answer) => {
          let text = "";
          answer.on("data", (chunk: Buffer) => {
            text += chunk.toString();
          });
          answer.on("end", () => resolve(parse(text)));
          answer.on("error", reject);
        },
      );
      outgoing.on("error", reject);
      outgoing.end(JSON.stringify(body));
    });

  const daemonPid = async (): Promise<number | undefined> => {
    if (!existsSync(socket)) return undefined;
    try {
      return ((await call("ping")) as { readonly pid: number }).pid;
    } catch {
      return undefined;
    }
  };

  const machine: Machine = {
    home: folder,
    socket,
    seedFile: join(folder, "data", "device.seed"),
    duro: (args, options) => run([...args, "--json"], options),
    plain: run,
    start,
    call,
    daemonPid,
    killDaemon: async () => {
      const pid = await daemonPid();
      if (pid !== undefined) await kill(pid);
    },
  };
  machines.add(machine);
  return machine;
};

const kill = async (pid: number): Promise<void> => {
  try {
    process.kill(pid, "SIGKILL");
    for (;;) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } catch {
    // It is gone.
  }
};

/** In a clean-up that runs whatever happened. */
export const endMachines = async (): Promise<void> => {
  for (const child of children) child.kill("SIGKILL");
  for (const machine of machines) {
    await machine.killDaemon();
    await rm(machine.home, { recursive: true, force: true, maxRetries: 3 });
  }
  machines.clear();
};

/** What it said instead stands in the failure. */
export const mustEnd = ({ code, out, err }: Ran, wanted: number): void => {
  if (code !== wanted) throw new Error(`it ended with ${code}, not ${wanted}: ${out}${err}`);
};

/** A new person on this machine; where the words are. */
export const found = async (machine: Machine, server?: string): Promise<string> => {
  const words = join(machine.home, "words");
  const to = server === undefined ? ["--local-only"] : ["--server", server];
  const made = await machine.duro(["init", ...to, "--no-input", "--recovery-out", words]);
  if (made.code !== 0) throw new Error(`init failed: ${made.out}${made.err}`);
  return words;
};

/** `newcomer` becomes a device of whoever lives on `host`. */
export const pair = async (host: Machine, newcomer: Machine, server: string): Promise<Json> => {
  const joining = newcomer.start(["join", "--server", server]);
  const { code } = await joining.next();
  const approving = host.start(["approve", code, "--no-input"]);
  const { check } = await joining.next();
  await approving.next();
  approving.say(check);
  const [joined, approved] = await Promise.all([joining.ended, approving.ended]);
  if (joined.code !== 0 || approved.code !== 0)
    throw new Error(`pairing failed: ${joined.out}${joined.err}${approved.out}${approved.err}`);
  return joined.json;
};
