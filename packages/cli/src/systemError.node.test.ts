import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { codeOf, isMissing, reasonOf } from "./systemError.ts";

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (cause: unknown) => cause,
  );

test("what the system refuses is told by its name, and in words for a person", async () => {
  const missing = await failureOf(readFile(`${import.meta.dirname}/no-such-file`));
  expect([codeOf(missing), isMissing(missing)]).toEqual(["ENOENT", true]);
  expect(reasonOf(missing)).toBe("there is no such file or folder");
  const folder = await failureOf(readFile(import.meta.dirname));
  expect([isMissing(folder), reasonOf(folder)]).toEqual([false, "it is a folder"]);
});

test("a name without words of ours is told as it is, and no name as a refusal", () => {
  expect(reasonOf(Object.assign(new Error("x"), { code: "EXDEV" }))).toBe("the system says EXDEV");
  expect([reasonOf(new Error("secret")), reasonOf("secret")]).toEqual([
    "the system refused it",
    "the system refused it",
  ]);
});
