import { describe, expect, test } from "vitest";
import { BadUsage } from "./badUsage.ts";
import { findCommand } from "./findCommand.ts";
import { isJsonAsked } from "./globalFlags.ts";

const names = ["daemon", "daemon stop", "device list", "device revoke", "remember", "list"];

const find = (line: string) => findCommand(line.split(" ").filter(Boolean), names);

describe("a line names its command", () => {
  test.each([
    ["remember text --tag a", "remember", ["text", "--tag", "a"]],
    ["device list", "device list", []],
    ["--json device --quiet list -h", "device list", ["--json", "--quiet", "-h"]],
    ["--home list remember x", "remember", ["--home", "list", "x"]],
    ["--home=list remember x", "remember", ["--home=list", "x"]],
    ["daemon", "daemon", []],
    ["daemon --detached", "daemon", ["--detached"]],
    ["daemon stop", "daemon stop", []],
    ["list list", "list", ["list"]],
  ] as const)("%s", (line, name, rest) => {
    expect(find(line)).toEqual({ kind: "command", name, rest });
  });
});

test("a word that names several commands is a group", () => {
  expect(find("device")).toEqual({ kind: "group", group: "device", rest: [] });
  expect(find("device --json")).toEqual({ kind: "group", group: "device", rest: ["--json"] });
});

test("a line without a word names none", () => {
  expect(find("").kind).toBe("none");
  expect(find("--json --version").kind).toBe("none");
});

describe("what is no command is refused with the closest", () => {
  test.each([
    ["rememer x", /no command "rememer"\. Did you mean "duro remember"\?/u],
    ["device lst", /no "lst": it takes list, revoke\. Did you mean "duro device list"\?/u],
    ["daemon status", /"duro daemon" knows no "status"/u],
    ["xyzzy", /no command "xyzzy"\.$/u],
    ["constructor", /no command "constructor"\.$/u],
  ] as const)("%s", (line, sentence) => {
    expect(() => find(line)).toThrow(BadUsage);
    expect(() => find(line)).toThrow(sentence);
  });
});

describe("JSON is asked for anywhere on the line", () => {
  test.each([
    [["nonsense", "--json"], {}, true],
    [["--json=1", "x"], {}, true],
    [["x", "--", "--json"], {}, false],
    [["x"], { DURO_JSON: "true" }, true],
    [["x", "--json=0"], { DURO_JSON: "true" }, false],
    [["x"], { DURO_JSON: "0" }, false],
    [["x"], {}, false],
  ] as const)("%j with %j: %s", (argv, env, isAsked) => {
    expect(isJsonAsked(argv, env)).toBe(isAsked);
  });
});
