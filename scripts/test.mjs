/**
 * `npm test` and `npm run check`: install what is missing or stale, then run the gate on the pinned
 * Node. Plain JavaScript that Node 20 can run, since on a fresh clone nothing else is there yet.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stampFile = join(root, "node_modules", ".duro-installed");

const read = (file) => readFileSync(join(root, file), "utf8");

/** What of a manifest an install depends on; a changed script or description makes nothing stale. */
const wantedBy = (manifest) => {
  const { workspaces, allowScripts, dependencies, devDependencies, optionalDependencies } =
    JSON.parse(read(manifest));
  return JSON.stringify([
    manifest,
    workspaces,
    allowScripts,
    dependencies,
    devDependencies,
    optionalDependencies,
  ]);
};

/** When this changes, the install is stale. */
const wantedStamp = () => {
  const packages = readdirSync(join(root, "packages")).toSorted();
  const manifests = ["package.json", ...packages.map((name) => `packages/${name}/package.json`)];
  const wanted = [
    process.platform,
    process.arch,
    read(".npmrc"),
    read("package-lock.json"),
    ...manifests.map(wantedBy),
  ];
  return createHash("sha256").update(wanted.join("\n")).digest("hex");
};

const isInstalled = (stamp) =>
  existsSync(pinnedNode()) &&
  existsSync(stampFile) &&
  readFileSync(stampFile, "utf8").trim() === stamp;

const pinnedNode = () =>
  join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

const install = (stamp) => {
  console.log("Installing what the lock file names …");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.log("npm ci failed: nothing was tested. Is the npm registry within reach?");
    console.log("0 passed, 1 failed");
    process.exit(1);
  }
  writeFileSync(stampFile, `${stamp}\n`);
};

const scope = process.argv[2] ?? "all";
const stamp = wantedStamp();
if (!isInstalled(stamp)) install(stamp);

const { status } = spawnSync(pinnedNode(), [join(root, "scripts", "gate.mjs"), scope], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
