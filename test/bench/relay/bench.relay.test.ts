import { assert, expect, test } from "vitest";
import { type BenchOptions, smallest } from "./options.ts";
import { benchParts } from "./parts.ts";

const options: BenchOptions = {
  ...smallest,
  isQuick: true,
  only: [],
  cell: undefined,
  profileFolder: undefined,
};

// Those that need one relay each. Goals are not asked for: how fast a machine is that does other things
// too, says nothing.
test.each(["append", "fan-out", "catch-up"])("%s can be measured, small", async (name) => {
  const goals = await benchParts[name]?.(options);
  assert(goals !== undefined && goals.length > 0, "there is such a part, and it has goals");
  for (const { found } of goals)
    for (const value of Object.values(found)) expect(value).toSatisfy(Number.isFinite);
});
