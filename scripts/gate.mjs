/**
 * The gate, step by step. `gate.mjs check` proves the tree: types, lint, format, unused code and the
 * tests that run in Node. `gate.mjs all` adds the browser and a short fuzz run. Ends with one plain
 * line, `N passed, N failed`; what this machine cannot run is named with its count before it.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { browserPath } from "./browserPath.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const reports = join(root, "node_modules", ".cache", "duro");
const bin = join(root, "node_modules", ".bin");
const scope = process.argv[2] ?? "all";

/** Runs a command of the workspace; its output is shown only where it failed, or when asked for. */
const run = (command, args, { isShown = false } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
      stdio: ["ignore", isShown ? "inherit" : "pipe", isShown ? "inherit" : "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    child.on("error", (cause) => resolve({ isOk: false, output: String(cause) }));
    child.on("close", (code) => resolve({ isOk: code === 0, output }));
  });

/** A step that is right or wrong as a whole counts as one. */
const whole = async (command, args) => {
  const { isOk, output } = await run(command, args);
  if (!isOk) console.log(output);
  return { passed: isOk ? 1 : 0, failed: isOk ? 0 : 1 };
};

const vitest = async (projects) => {
  const report = join(reports, `${projects.join("-")}.json`);
  rmSync(report, { force: true });
  const args = ["run", ...projects.flatMap((project) => ["--project", project])];
  const { isOk, output } = await run("vitest", [
    ...args,
    "--reporter=dot",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  if (!isOk) console.log(output);
  const result = readReport(report);
  // An error outside any test fails the run though every test in it passed.
  const failed = isOk ? result.failed : Math.max(1, result.failed);
  return { ...result, failed };
};

const readReport = (file) => {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
      JSON.parse(readFileSync(file, "utf8"));
    // A test that is skipped proves nothing, so it may not pass for one that ran.
    const failed = numFailedTests + numPendingTests + numTodoTests;
    const emptyFiles = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
    return { passed: numPassedTests, failed: failed + emptyFiles.length, files: testResults };
  } catch (cause) {
    console.log(`No report from the tests: ${cause.message}`);
    return { passed: 0, failed: 1, files: [] };
  }
};

mkdirSync(reports, { recursive: true });

/** How many of the unit tests a browser would have run. */
const browserTestCount = (files) =>
  files
    .filter(
      ({ name }) =>
        name.includes("/packages/") &&
        !name.includes("/packages/server/") &&
        !name.endsWith(".node.test.ts"),
    )
    .reduce((sum, { assertionResults }) => sum + assertionResults.length, 0);

const leftOut = [];
const totals = { passed: 0, failed: 0 };

const step = async (name, work) => {
  const startedAt = performance.now();
  process.stdout.write(`${name} … `);
  const result = await work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    result === undefined
      ? "left out"
      : `${result.passed} passed, ${result.failed} failed (${seconds} s)`,
  );
  totals.passed += result?.passed ?? 0;
  totals.failed += result?.failed ?? 0;
  return result;
};

await step("types", () => whole("tsc", ["-b"]));
await step("lint", () => whole("oxlint", ["--type-aware", "--deny-warnings"]));
await step("format", () => whole("prettier", ["--check", "--log-level", "warn", "."]));
await step("unused code", () => whole("knip", ["--no-progress"]));
const tests = await step("tests in Node", () => vitest(["unit", "repo"]));
await step("tests on Postgres", () => vitest(["postgres"]));

if (scope === "all") {
  await step("tests in a browser", async () => {
    if (browserPath() !== undefined) return vitest(["browser"]);
    const count = browserTestCount(tests?.files ?? []);
    if (process.env.DURO_REQUIRE_BROWSER === "1") {
      console.log("No Chromium was found, and DURO_REQUIRE_BROWSER=1 asks for one.");
      return { passed: 0, failed: count };
    }
    leftOut.push(
      `Left out: ${count} tests in a browser, since no Chromium was found. The README names the command that adds one.`,
    );
    return undefined;
  });
  await step("the relay as a program", () => vitest(["relay"]));
  if (browserPath() === undefined)
    leftOut.push("Left out: 1 test of a browser and Node at one relay, for the same reason.");
  await step("300 simulated worlds", () =>
    whole("node", ["test/simulation/sim.ts", "--seeds", "300", "--steps", "100"]),
  );
  await step("protections taken away, every twentieth", () =>
    whole("node", ["test/mutants/control.ts", "--every", "20"]),
  );
  await step("fuzz, 10 seconds", () => whole("node", ["test/fuzz/fuzz.ts", "--seconds", "10"]));
}

for (const line of leftOut) console.log(line);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
