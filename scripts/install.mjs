/**
 * Installs what is missing or stale. Plain JavaScript that Node 20 can run, since on a fresh clone
 * nothing else is there yet.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stampFile = join(root, "node_modules", ".duro-installed");

const read = (file) => readFileSync(join(root, file), "utf8");

/** What of a manifest an install depends on; a changed script or description makes nothing stale. */
const wantedBy = (manifest) => {
  const { workspaces, allowScripts, bin, dependencies, devDependencies, optionalDependencies } =
    JSON.parse(read(manifest));
  return JSON.stringify([
    manifest,
    workspaces,
    allowScripts,
    bin,
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

/** The Node that everything here runs on, once it is installed. */
export const pinnedNode = () =>
  join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** False: npm failed, and has said why. */
export const ensureInstalled = () => {
  const stamp = wantedStamp();
  if (isInstalled(stamp)) return true;
  console.log("Installing what the lock file names …");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status === 0) writeFileSync(stampFile, `${stamp}\n`);
  return status === 0;
};
