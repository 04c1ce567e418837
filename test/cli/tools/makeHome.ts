/**
 * Makes the folder of `test/cli/fixtures/homes/<version>`: a memory as this version leaves it, for tests
 * that later ones open it. Run once for each version that changes what lies on the disk:
 * `node test/cli/tools/makeHome.ts test/cli/fixtures/homes/0.1`. Its seed is a pattern, and nobody's.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFileKeyStore } from "@duro/client/node";
import { createMachine, endMachines, mustEnd } from "./machine.ts";

const [to] = process.argv.slice(2);
if (to === undefined) throw new Error("say which folder");

const seed = Uint8Array.from({ length: 32 }, (_, at) => at);
const randomBytes = (byteLength: number): Uint8Array => new Uint8Array(byteLength);

try {
  const machine = await createMachine();
  mkdirSync(join(machine.home, "data"), { mode: 0o700 });
  await createFileKeyStore({ path: machine.seedFile, randomBytes }).save(seed);
  const run = async (...args: readonly string[]): Promise<string> => {
    const ran = await machine.duro(args);
    mustEnd(ran, 0);
    return ran.json.id;
  };
  await run("init", "--local-only", "--no-input", "--recovery-out", join(machine.home, "words"));
  const fact = await run("remember", "the queue is drained at midnight", "--tag", "ops");
  await run("edit", fact, "--text", "the queue is drained at noon");
  const decision = await run(
    "decide",
    "keep SQLite",
    "--rationale",
    "one file",
    "--expected",
    "no server",
  );
  await run("validate", decision, "--status", "validated", "--actual", "no server needed");
  const episode = await run("episode", "start", "make login fast");
  await run("episode", "note", episode, "measured it");
  await run("episode", "close", episode, "--result", "success", "--summary", "twice as fast");
  const skill = join(machine.home, "release.md");
  writeFileSync(skill, "1. tag\n2. push\n");
  await run("skill", "save", "release", "--file", skill);
  await run("forget", await run("remember", "a passing thought"));
  await run("pause");
  mustEnd(await machine.duro(["daemon", "stop"]), 0);
  rmSync(to, { recursive: true, force: true });
  for (const path of ["config/settings.json", "data/device.seed", "data/store.sqlite"])
    cpSync(join(machine.home, path), join(to, path));
} finally {
  await endMachines();
}
