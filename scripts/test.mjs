/**
 * `npm test` and `npm run check`: install what is missing or stale, then run the gate on the pinned
 * Node. Plain JavaScript that Node 20 can run, since on a fresh clone nothing else is there yet.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled, pinnedNode, root } from "./install.mjs";

if (!ensureInstalled()) {
  console.log("npm ci failed: nothing was tested. Is the npm registry within reach?");
  console.log("0 passed, 1 failed");
  process.exit(1);
}
const scope = process.argv[2] ?? "all";
const { status } = spawnSync(pinnedNode(), [join(root, "scripts", "gate.mjs"), scope], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
