import { assert, expect, test } from "vitest";
import { type BenchOptions, smallest } from "./options.ts";
import { benchParts } from "./parts.ts";

// Without the peers, which are installed by whoever measures. Goals are not asked for: how fast a machine
// is that does other things too, says nothing.
const options: BenchOptions = { ...smallest, isQuick: true, only: [], peers: ["duro"] };

test.each(["paced", "cold", "write"])("%s can be measured, small", async (name) => {
  const goals = await benchParts[name]?.(options);
  assert(goals !== undefined, "there is such a part");
  for (const { found } of goals)
    for (const value of Object.values(found)) expect(value).toSatisfy(Number.isFinite);
});
