/**
 * `npm run mutants [-- --every N --only TEXT]`: the negative control of the tests. In a copy of the
 * packages it takes away one protection after the other and runs the tests that should notice. One that
 * nobody misses is a failure. `--every N` takes each Nth only, for the gate; `--only` those whose name
 * or file holds the text.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Guard } from "./guard.ts";
import { guards } from "./guards.ts";

const root = join(import.meta.dirname, "..", "..");
const everyAt = process.argv.indexOf("--every");
const every = everyAt === -1 ? 1 : Number(process.argv[everyAt + 1]);
if (!Number.isInteger(every) || every < 1) {
  console.error("--every takes a whole number, as in: npm run mutants -- --every 8");
  process.exit(2);
}

const onlyAt = process.argv.indexOf("--only");
const only = onlyAt === -1 ? "" : (process.argv[onlyAt + 1] ?? "");

const packageNames = ["crypto", "protocol", "client", "server", "memory", "cli"];
/** Tests that stand in no package, and what they use. */
const testFolders = [
  "test/attacks/client",
  "test/client/tools",
  "test/relay/tools",
  "test/cli/fixtures",
  "test/simulation",
];
const copy = mkdtempSync(join(tmpdir(), "duro-mutants-"));

const prepare = (): void => {
  for (const name of ["vitest.config.ts", "package.json", "tsconfig.base.json"])
    cpSync(join(root, name), join(copy, name));
  cpSync(join(root, "scripts"), join(copy, "scripts"), { recursive: true });
  for (const name of packageNames)
    for (const part of ["package.json", "tsconfig.json", "src"])
      cpSync(join(root, "packages", name, part), join(copy, "packages", name, part), {
        recursive: true,
      });
  for (const folder of testFolders)
    cpSync(join(root, folder), join(copy, folder), { recursive: true });
  // Installed packages from the repository; our own from the copy, or no mutant would be met.
  mkdirSync(join(copy, "node_modules", "@duro"), { recursive: true });
  for (const name of packageNames)
    symlinkSync(join(copy, "packages", name), join(copy, "node_modules", "@duro", name), "dir");
  for (const name of installed())
    symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name), "dir");
};

/** What the packages and their tests import, besides each other. */
const installed = (): readonly string[] => {
  const manifests = [
    "package.json",
    ...packageNames.map((name) => join("packages", name, "package.json")),
  ];
  const names = manifests.flatMap((file) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, file), "utf8"),
    ) as Record<string, Record<string, string> | undefined>;
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  const wanted = [...new Set(names)].filter((name) => !name.startsWith("@duro/"));
  for (const name of wanted)
    if (name.includes("/"))
      mkdirSync(join(copy, "node_modules", name.split("/")[0] ?? ""), { recursive: true });
  return wanted;
};

type Verdict = "noticed" | "missed" | "not found" | "broken";

/** Noticed is: tests ran, and some failed. A file that does not even load notices nothing. */
const runTests = (tests: readonly string[], title?: string): Verdict => {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const filters = tests.map((path) => (path.startsWith("test/") ? path : `packages/${path}`));
  const projects = new Set(filters.map((path) => (path.startsWith("test/") ? "repo" : "unit")));
  const args = [vitest, "run", "--reporter=json", `--outputFile=${report}`, "--bail", "1"];
  for (const project of projects) args.push("--project", project);
  if (title !== undefined) args.push("-t", title.replaceAll(/[$()*+.?[\\\]^{|}]/gu, "\\$&"));
  spawnSync(process.execPath, [...args, ...filters], { cwd: copy });
  try {
    const { success, numPassedTests, numFailedTests } = JSON.parse(
      readFileSync(report, "utf8"),
    ) as {
      readonly success: boolean;
      readonly numPassedTests: number;
      readonly numFailedTests: number;
    };
    if (numFailedTests > 0) return "noticed";
    // Beside others that passed, too: a file that did not load.
    return success && numPassedTests > 0 ? "missed" : "broken";
  } catch {
    return "broken"; // no report: vitest itself did not run
  }
};

const judge = (guard: Guard): Verdict => {
  const path = join(copy, "packages", guard.file);
  const original = readFileSync(path, "utf8");
  const places = original.split(guard.find).length - 1;
  if (places === 0) return "not found";
  writeFileSync(
    path,
    original.replace(guard.find, () => guard.instead),
  );
  try {
    return runTests(guard.tests, guard.title);
  } finally {
    writeFileSync(path, original);
  }
};

prepare();
const chosen = guards
  .filter(({ name, file }) => name.includes(only) || file.includes(only))
  .filter((_, at) => at % every === 0);
const failures: string[] = [];
try {
  // First the control of the control: untouched, the same tests pass.
  const untouched = runTests(chosen.flatMap(({ tests }) => tests));
  if (untouched !== "missed") failures.push(`the untouched copy: ${untouched}`);
  for (const guard of chosen) {
    const verdict = judge(guard);
    console.log(`${verdict.padEnd(10)} ${guard.name}`);
    if (verdict !== "noticed") failures.push(`${guard.name}: ${verdict} (${guard.file})`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${chosen.length} protections taken away, ${failures.length} failures`);
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
