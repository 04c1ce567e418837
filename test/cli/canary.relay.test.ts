/** Whatever a person writes is nowhere but on their own machines. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { newFolder } from "../relay/tools/folders.ts";
import { createNeedle, findIn, findInFolder, textNeedle } from "../relay/tools/needles.ts";
import { endEverything, startProgram } from "../relay/tools/program.ts";
import { createMachine, endMachines, type Machine, mustEnd } from "./tools/machine.ts";
import { startRecordingProxy } from "./tools/recordingProxy.ts";

afterEach(async () => {
  await endMachines();
  await endEverything();
});

/** In every field of everything that a command takes. */
const plant = async (machine: Machine, word: string): Promise<void> => {
  const project = join(machine.home, word);
  mkdirSync(join(project, ".git"), { recursive: true });
  writeFileSync(
    join(project, ".git", "config"),
    `[remote "origin"]\n\turl = git@github.com:${word}/${word}.git\n`,
  );
  const skill = join(project, `${word}.md`);
  writeFileSync(skill, `# ${word}\n\n${word} ${word}\n`);
  const run = async (...args: readonly string[]): Promise<string> => {
    const ran = await machine.duro(args, { cwd: project });
    mustEnd(ran, 0);
    return ran.json.id;
  };
  const source = ["--source", `${word}.ts:7`, "--project", "."];
  const fact = await run("remember", `${word} is a fact`, "--tag", word, ...source);
  await run("edit", fact, "--text", `${word} is another`, "--tag", `${word}-2`);
  const why = ["--rationale", `since ${word}`, "--expected", `more ${word}`];
  const decision = await run("decide", `use ${word}`, ...why, "--alternative", `less ${word}`);
  const outcome = ["--status", "partial", "--actual", `some ${word}`, "--evidence", `${word}.log`];
  await run("validate", decision, ...outcome);
  const episode = await run("episode", "start", `reach ${word}`);
  await run("episode", "note", episode, `saw ${word}`);
  await run("episode", "close", episode, "--result", "success", "--summary", `got ${word}`);
  await run("skill", "save", word, "--file", skill);
  const { json } = await machine.duro(["device", "list"]);
  const own = json.devices.find((one: { isThis?: boolean }) => one.isThis === true);
  mustEnd(await machine.duro(["device", "rename", own.id, word]), 0);
  await run("forget", await run("remember", `${word} to be forgotten`));
  await machine.duro(["search", word]);
  await machine.duro(["search", word, "--project", word]);
};

test("[CANARY] nothing of what was written is in the relay's data, in the traffic, or in the daemon's own log", async () => {
  const data = newFolder();
  const startedAtMs = Date.now();
  const relay = startProgram(["--json", "--port=0", `--data=${data}`, "--log-level=debug"]);
  const proxy = await startRecordingProxy(await relay.url());
  const machine = await createMachine();
  const word = `canary${randomBytes(12).toString("hex")}`;
  const words = join(machine.home, "words");
  const init = ["init", "--server", proxy.url, "--no-input", "--recovery-out", words];
  mustEnd(await machine.duro([...init, "--name", word]), 0);
  await plant(machine, word);
  mustEnd(await machine.duro(["wait", "--timeout", "30"]), 0);

  const needles = [textNeedle("the word", word)];
  const traffic = proxy.recorded();
  proxy.close();
  const logs = findInFolder(join(machine.home, "state"), startedAtMs, needles);
  const settings = findInFolder(join(machine.home, "config"), startedAtMs, needles);
  const inRelay = findInFolder(data, startedAtMs, needles);
  const inRelayLog = findIn("log", Buffer.from(`${relay.out()}${relay.err()}`), needles);
  expect([
    ...findIn("traffic", traffic, needles),
    ...inRelay,
    ...inRelayLog,
    ...logs,
    ...settings,
  ]).toEqual([]);

  // It did pass there, and whoever looks like this finds what is there.
  expect(traffic.length).toBeGreaterThan(20_000);
  const { json } = await machine.duro(["status"]);
  expect(json.pending).toBe(0);
  const seen = findInFolder(data, startedAtMs, [
    createNeedle("what the relay may see", Buffer.from(json.vault, "hex")),
  ]);
  expect(seen).not.toEqual([]);
  const here = findInFolder(join(machine.home, "data"), startedAtMs, needles);
  expect(here).not.toEqual([]);
});
