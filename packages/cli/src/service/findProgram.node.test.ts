import { expect, test } from "vitest";
import { copiesOnPath, findProgram } from "./findProgram.ts";
import { createFakeMachine } from "./testing/fakeMachine.ts";

const launcher = "/opt/node24/lib/node_modules/duro/packages/cli/bin/duro.mjs";

test("the link on the search path is named, since it outlives what is behind it", async () => {
  const machine = createFakeMachine({
    env: { PATH: "relative:/usr/bin:/usr/local/bin" },
    programs: { "/usr/local/bin/duro": launcher, [launcher]: launcher },
  });
  expect(await findProgram(machine, launcher)).toEqual({
    path: "/usr/local/bin/duro",
    isPassing: false,
  });
});

test("another program of that name on the search path is not ours", async () => {
  const machine = createFakeMachine({
    env: { PATH: "/usr/bin" },
    programs: { "/usr/bin/duro": "/usr/bin/duro", [launcher]: launcher },
  });
  expect(await findProgram(machine, launcher)).toEqual({ path: launcher, isPassing: false });
  expect(await copiesOnPath(machine)).toEqual(["/usr/bin/duro"]);
});

test("what npx fetched for one run is known for that", async () => {
  const passing = "/home/ann/.npm/_npx/1f/node_modules/.bin/duro";
  const machine = createFakeMachine({
    env: { PATH: "/home/ann/.npm/_npx/1f/node_modules/.bin" },
    programs: { [passing]: launcher, [launcher]: launcher },
  });
  expect(await findProgram(machine, launcher)).toEqual({ path: passing, isPassing: true });
});
