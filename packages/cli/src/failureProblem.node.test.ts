import { expect, test } from "vitest";
import { BadUsage } from "./args/badUsage.ts";
import { failureProblem } from "./failureProblem.ts";

const quiet = { env: {} };
const withCode = (code: string) => Object.assign(new Error(`${code}: no, write '/x'`), { code });

test("a wrong line ends with 2", () => {
  const problem = failureProblem(new BadUsage("It is wrong.", "duro help"), quiet);
  expect(problem).toEqual({
    code: "UsageError",
    exit: 2,
    message: "It is wrong.",
    next: "duro help",
  });
});

test.each([
  ["ENOSPC", "DiskFull", /disk is full.*make room/u],
  ["EROFS", "NotWritable", /takes no changes.*--home/u],
  ["EACCES", "NotAllowed", /user may not/u],
  ["EWHATEVER", "Unexpected", /should not have happened.*duro doctor/u],
])("what the system refuses with %s is called %s", (code, name, words) => {
  const problem = failureProblem(withCode(code), quiet);
  expect(problem).toMatchObject({ code: name, exit: 1 });
  expect(`${problem.message} ${problem.next ?? ""}`).toMatch(words);
});

test("a trace of the source is shown only to who asks for it", () => {
  const cause = new TypeError("x is undefined\n    at y.ts:1");
  expect(failureProblem(cause, quiet).message).toBe(
    "This should not have happened: x is undefined.",
  );
  expect(failureProblem(cause, { env: { DURO_DEBUG: "1" } }).message).toMatch(/\.test\.ts:\d/u);
});

test("what was thrown and is no error has a sentence too", () => {
  expect(failureProblem(undefined, quiet).message).toBe(
    "This should not have happened: undefined.",
  );
});
