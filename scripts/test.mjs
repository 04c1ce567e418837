/**
 * `npm test`: installs what is missing or stale, then runs the whole gate on the pinned Node. Plain
 * JavaScript that Node 20 can run, since on a fresh clone nothing else is there yet.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stampFile = join(root, "node_modules", ".duro-installed");

/** What an install depends on: when one of these changes, the install is stale. */
const wantedStamp = () => {
  const manifests = [
    "package.json",
    "package-lock.json",
    ".npmrc",
    ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/package.json`),
  ];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of manifests) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
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

const stamp = wantedStamp();
if (!isInstalled(stamp)) install(stamp);

const { status } = spawnSync(pinnedNode(), [join(root, "scripts", "gate.mjs"), "all"], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
