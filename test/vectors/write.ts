/** Writes every vector file anew: `npm run vectors`. A changed golden byte means a changed protocol. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { layers } from "./layers.ts";

for (const { name, make } of layers)
  writeFileSync(join(import.meta.dirname, `${name}.json`), await make());
