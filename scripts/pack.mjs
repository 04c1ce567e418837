/**
 * `npm run pack`: makes dist/duro-<version>.tgz and dist/duro-relay-<version>.tgz, what a user installs
 * with `npm install --global`. Each is bundled, so that an install fetches nothing but a Node and, for
 * the relay, a Postgres, and runs no script. Installs what is missing first.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled, pinnedNode, root } from "./install.mjs";

if (!ensureInstalled()) {
  console.log("npm ci failed: nothing was packed. Is the npm registry within reach?");
  process.exit(1);
}
const packAll = join(root, "scripts", "packAll.mjs");
const { status } = spawnSync(pinnedNode(), [packAll, ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exit(status ?? 1);
