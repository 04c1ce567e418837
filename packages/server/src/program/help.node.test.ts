import { describe, expect, test } from "vitest";
import { commandNames } from "./command.ts";
import { flagsByCommand } from "./flags.ts";
import { helpText } from "./help.ts";

test("the help of the program names every command and every exit code", () => {
  const text = helpText(undefined);
  for (const name of commandNames.filter((each) => each !== "serve")) expect(text).toContain(name);
  for (const exit of [0, 1, 2, 5, 6, 10, 11, 12, 13, 14, 130])
    expect(text).toMatch(new RegExp(`^ +${exit}  `, "mu"));
});

describe("the help of a command names every flag that it takes", () => {
  test.each(commandNames)("%s", (name) => {
    const text = helpText(name);
    for (const flag of flagsByCommand[name]) expect(text).toContain(`--${flag}`);
    expect(text).toContain("DURO_RELAY_");
  });
});
