/** The program as a person meets it: its daemon over a full vault, and commands as whole processes. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuMsOf } from "../relay/cpu.ts";
import { quantileOf, spreadOf, spreadText } from "../relay/figures.ts";
import { progress } from "../relay/progress.ts";
import { atMost, type Goal, printTable } from "../relay/table.ts";
import { ask, bin, type Place, programOf, startDaemon, stopDaemon } from "./daemonProcess.ts";
import { questions } from "./facts.ts";
import { fillHome } from "./filledHome.ts";
import type { BenchOptions } from "./options.ts";

const mib = 1_048_576;
const commandMsGoal = 150;
const searchMsGoal = 20;
const writeMsGoal = 50;
const startMsGoal = 1_500;
const idleMibGoal = 120;
const idlePercentGoal = 0.5;

const runMs = (words: readonly string[]): number => {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${words.join(" ")} ended with ${String(status)}: ${stderr}`);
  return performance.now() - began;
};

const rssMibOf = (pid: number): number => {
  const kib = /VmRSS:\s+(?<kib>\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.groups?.[
    "kib"
  ];
  return (Number(kib) * 1_024) / mib;
};

const wholeProcesses = async ({ home, socket }: Place, { runCount }: BenchOptions) => {
  const page = await ask(socket, "list", { limit: 1 });
  const [item] = page["items"] as readonly { readonly id: string }[];
  if (item === undefined) throw new Error("an empty vault");
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["node -e 0", ["-e", "0"]],
    ["search", [bin, "search", questions[2]?.[1] ?? "", "--home", home, "--json"]],
    ["list", [bin, "list", "--home", home, "--json"]],
    ["show", [bin, "show", item.id, "--home", home, "--json"]],
    ["status", [bin, "status", "--home", home, "--json"]],
    ["remember", [bin, "remember", "a fact of the bench", "--home", home, "--json"]],
  ];
  const msByCommand = new Map<string, number[]>(commands.map(([name]) => [name, []]));
  // One after the other and then again, so that a bad moment of the machine meets all of them.
  for (let run = 0; run < runCount; run += 1)
    for (const [name, words] of commands) {
      progress(`whole processes: ${run + 1} of ${runCount}`);
      msByCommand.get(name)?.push(runMs(words));
    }
  return msByCommand;
};

const answers = async ({ socket }: Place, { askCount }: BenchOptions) => {
  const timesOf = async (work: (at: number) => Promise<unknown>) => {
    const found: number[] = [];
    for (let at = 0; at < askCount; at += 1) {
      const began = performance.now();
      await work(at);
      found.push(performance.now() - began);
    }
    return found;
  };
  const search = await timesOf((at) =>
    ask(socket, "search", { query: questions[at % questions.length]?.[1] ?? "" }),
  );
  const write = await timesOf((at) =>
    ask(socket, "remember", { text: `written ${at} by the bench` }),
  );
  return { search, write };
};

const startCount = 5;

/** Starts it several times; the last one is measured. */
const measureDaemon = async (place: Place, options: BenchOptions) => {
  const startMs: number[] = [];
  let daemon = await startDaemon(place);
  try {
    startMs.push(daemon.startMs);
    while (startMs.length < startCount) {
      await stopDaemon(daemon.child);
      daemon = await startDaemon(place);
      startMs.push(daemon.startMs);
    }
    const pid = await programOf(place.socket);
    const msByCommand = await wholeProcesses(place, options);
    const { search, write } = await answers(place, options);
    const busyMib = rssMibOf(pid);
    return { startMs, msByCommand, search, write, busyMib, ...(await idle(pid, options)) };
  } finally {
    await stopDaemon(daemon.child);
  }
};

type Measured = Awaited<ReturnType<typeof measureDaemon>>;

/** Memory at the end, and processor time of the last fifth. */
const idle = async (pid: number, { idleSeconds }: BenchOptions) => {
  progress(`${idleSeconds} s without a question`);
  const lookMs = idleSeconds * 200;
  await sleep(idleSeconds * 1_000 - lookMs);
  const cpuBeforeMs = cpuMsOf(pid);
  await sleep(lookMs);
  const idlePercent = (100 * (cpuMsOf(pid) - cpuBeforeMs)) / lookMs;
  return { idlePercent, idleMib: rssMibOf(pid) };
};

const medianAndP99 = (ms: readonly number[]): string =>
  `${quantileOf(ms, 0.5).toFixed(1)} ${quantileOf(ms, 0.99).toFixed(1)}`;

const report = (found: Measured, { idleSeconds }: BenchOptions): void => {
  printTable(
    ["whole process", "median ms", "p90 ms"],
    [...found.msByCommand].map(([name, ms]) => [
      name,
      quantileOf(ms, 0.5).toFixed(0),
      quantileOf(ms, 0.9).toFixed(0),
    ]),
  );
  printTable(
    ["the daemon", ""],
    [
      ["from its start to its first answer, ms", spreadText(spreadOf(found.startMs))],
      ["a search, median and p99 ms", medianAndP99(found.search)],
      ["a durable write, median and p99 ms", medianAndP99(found.write)],
      ["MiB resident after all that", found.busyMib.toFixed(0)],
      [`MiB resident ${idleSeconds} s later`, found.idleMib.toFixed(0)],
      ["% of one processor meanwhile", found.idlePercent.toFixed(2)],
    ],
  );
};

const goalsOf = (found: Measured): readonly Goal[] => {
  const one = (what: string, limit: number, value: number): Goal =>
    atMost({ what: `daemon: ${what}`, limit, found: spreadOf([value]) });
  return [
    ...["search", "list", "show", "status", "remember"].map((name) =>
      atMost({
        what: `duro ${name}: ms as a whole process`,
        limit: commandMsGoal,
        found: spreadOf(found.msByCommand.get(name) ?? []),
      }),
    ),
    atMost({
      what: "daemon: ms to its first answer",
      limit: startMsGoal,
      found: spreadOf(found.startMs),
    }),
    one("a search, median ms", searchMsGoal, quantileOf(found.search, 0.5)),
    one("a durable write, median ms", writeMsGoal, quantileOf(found.write, 0.5)),
    one("MiB resident when idle", idleMibGoal, found.idleMib),
    one("% of a processor when idle", idlePercentGoal, found.idlePercent),
  ];
};

export const benchProgram = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const home = mkdtempSync(join(tmpdir(), "duro-bench-home-"));
  try {
    const began = performance.now();
    await fillHome(home, options.factCount);
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    console.log(`The program over ${options.factCount} facts, which took ${seconds} s to write`);
    const found = await measureDaemon({ home, socket: join(home, "run", "daemon.sock") }, options);
    report(found, options);
    return goalsOf(found);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};
