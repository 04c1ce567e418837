import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Command } from "../commands/command.ts";
import { BadUsage } from "./badUsage.ts";
import { readCommand } from "./readCommand.ts";

type Shape = Pick<Command, "name" | "arguments" | "flags">;

const remember: Shape = {
  name: "remember",
  arguments: [{ name: "TEXT", about: "what to store" }],
  flags: {
    kind: { kind: "text", about: "which", choices: ["fact", "preference"] },
    tag: { kind: "list", about: "to find it by", hasCommas: true },
    why: { kind: "list", about: "reasons" },
    confidence: { kind: "number", about: "how sure", min: 0, max: 1 },
    limit: { kind: "number", about: "how many", min: 1, max: 500, isWhole: true },
    source: { kind: "text", about: "from where" },
    pin: { kind: "boolean", about: "keeps it on top", opposite: "unpin" },
    unpin: { kind: "boolean", about: "takes that back" },
    detached: { kind: "boolean", about: "between us", isHidden: true },
  },
};

const read = (tokens: readonly string[], env: Record<string, string> = {}) =>
  readCommand(remember, tokens, env);

/** The sentence, and what to do next. */
const refusal = (tokens: readonly string[], env: Record<string, string> = {}): string => {
  try {
    read(tokens, env);
  } catch (cause) {
    if (cause instanceof BadUsage) return `${cause.message} | ${cause.next}`;
    throw cause;
  }
  return "it was taken";
};

const word = fc.string({ unit: "grapheme", maxLength: 20 });
const plainWord = word.filter((text) => !text.startsWith("-"));

test("whatever text stands behind -- arrives as it was typed", () => {
  fc.assert(
    fc.property(word, (text) => {
      expect(read(["--", text]).args).toEqual([text]);
    }),
  );
});

test("a value arrives the same with a blank and with an equals sign", () => {
  fc.assert(
    fc.property(plainWord, (text) => {
      expect(read(["x", "--source", text]).flags["source"]).toBe(text);
      expect(read(["x", `--source=${text}`]).flags["source"]).toBe(text);
    }),
  );
});

test("flags mean the same before, behind and between the words", () => {
  const flags = ["--kind=fact", "--tag=a", "--confidence=0.5", "--json"];
  fc.assert(
    fc.property(fc.shuffledSubarray(flags), fc.nat(4), (some, at) => {
      const tokens = [...some.slice(0, at), "text", ...some.slice(at)];
      const { args, flags: found, globals } = read(tokens);
      expect(args).toEqual(["text"]);
      expect(found["kind"]).toBe(some.includes("--kind=fact") ? "fact" : undefined);
      expect(found["confidence"]).toBe(some.includes("--confidence=0.5") ? 0.5 : undefined);
      expect(globals.isJson).toBe(some.includes("--json"));
    }),
  );
});

test("a list keeps every value in order, whatever is in it", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (tags) => {
      const { flags } = read(["x", ...tags.map((tag) => `--tag=${tag}`)]);
      expect(flags["tag"]).toEqual(tags);
    }),
  );
});

test("no line makes the parser fail in another way than by a sentence", () => {
  const token = fc.oneof(
    word,
    fc.constantFrom("--", "-", "--kind", "--tag", "--json=maybe", "-h", "-q", "--=", "--__proto__"),
    word.map((text) => `--${text}`),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 6 }), (tokens) => {
      expect(typeof refusal(tokens)).toBe("string");
    }),
  );
});

describe("what is refused says what to write instead", () => {
  test.each([
    [["x", "--knd", "fact"], /no flag "--knd" here\. Did you mean --kind\? \| duro help remember/u],
    [["x", "--detache"], /no flag "--detache" here\. \|/u],
    [["x", "--toString"], /no flag/u],
    [["x", "--kind", "nonsense"], /"nonsense".*one of fact, preference/u],
    [["x", "--kind"], /--kind needs a value/u],
    [["x", "--source", "--json"], /--source needs a value/u],
    [["x", "--source", "-q"], /--source needs a value/u],
    [["x", "--confidence", "1.1"], /number from 0 to 1/u],
    [["x", "--confidence", "-0.1"], /number from 0 to 1/u],
    [["x", "--confidence", "Infinity"], /number from 0 to 1/u],
    [["x", "--confidence", "0x1"], /number from 0 to 1/u],
    [["x", "--limit", "1.5"], /whole number from 1 to 500/u],
    [["x", "--limit", ""], /whole number from 1 to 500/u],
    [["x", "--pin", "--unpin"], /opposite/u],
    [["x", "--unpin", "--pin"], /opposite/u],
    [["x", "--json=maybe"], /either on or off/u],
    [["x", "--home", ""], /--home is empty/u],
    [["x", "--home="], /--home is empty/u],
    [["x", "-z"], /no flag "-z"/u],
    [[], /needs TEXT.*what to store.* \| duro remember TEXT/u],
    [["two", "words"], /takes no "words".*quote/u],
  ] as const)("%j", (tokens, sentence) => {
    expect(refusal(tokens)).toMatch(sentence);
  });
});

test("a dash alone, and a dash before a blank, are words", () => {
  expect(read(["-"]).args).toEqual(["-"]);
  expect(read(["- milk"]).args).toEqual(["- milk"]);
});

test("what a refusal repeats steers no terminal and is short", () => {
  const text = refusal([`--\u001B[2J${"x".repeat(500)}`]);
  expect(text).not.toContain("\u001B");
  expect(text.length).toBeLessThan(300);
});

test("the last of two values wins", () => {
  expect(read(["x", "--source", "a", "--source", "b"]).flags["source"]).toBe("b");
});

test("a flag that was switched off on the line is off", () => {
  expect(read(["x", "--json=false"], { DURO_JSON: "1" }).globals.isJson).toBe(false);
});

describe("the environment", () => {
  test("every flag has a twin, and the line wins over it", () => {
    const env = {
      DURO_KIND: "fact",
      DURO_TAG: "a, b",
      DURO_WHY: "one, two\nthree",
      DURO_CONFIDENCE: ".5",
      DURO_PIN: "yes",
      DURO_JSON: "1",
      DURO_QUIET: "on",
      DURO_NO_INPUT: "true",
      DURO_YES: "1",
      DURO_HOME: "/srv/duro",
    };
    expect(read(["x", "--kind", "preference"], env)).toEqual({
      args: ["x"],
      flags: {
        kind: "preference",
        tag: ["a", "b"],
        why: ["one, two", "three"],
        confidence: 0.5,
        pin: true,
      },
      globals: {
        isJson: true,
        isQuiet: true,
        isInputOff: true,
        isAgreed: true,
        home: "/srv/duro",
      },
      wantsHelp: false,
      wantsVersion: false,
    });
  });

  test("a wrong value names the variable", () => {
    expect(refusal(["x"], { DURO_LIMIT: "many" })).toMatch(/^DURO_LIMIT is "many".*DURO_LIMIT=1/u);
    expect(refusal(["x"], { DURO_YES: "perhaps" })).toMatch(/^DURO_YES is "perhaps"/u);
  });

  test("an empty variable, one of another command and one of no flag say nothing", () => {
    const env = { DURO_KIND: "", DURO_LIMITS: "x", DURO_HELP: "1", DURO_DETACHED: "1" };
    expect(read(["x"], env)).toMatchObject({ flags: {}, wantsHelp: false });
  });

  test("its opposite on the line wins", () => {
    expect(read(["x", "--unpin"], { DURO_PIN: "1" }).flags).toEqual({ unpin: true });
    expect(read(["x", "--pin"], { DURO_UNPIN: "1" }).flags).toEqual({ pin: true });
    expect(refusal(["x"], { DURO_PIN: "1", DURO_UNPIN: "1" })).toMatch(/opposite/u);
  });
});

test("who asks for help is told nothing of what else is missing", () => {
  expect(read(["--help"], { DURO_LIMIT: "many" }).wantsHelp).toBe(true);
  expect(read(["-h"]).wantsHelp).toBe(true);
});
