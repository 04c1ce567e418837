import { factKinds, results } from "@duro/memory";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { Command, CommandContext, FlagValues } from "./command.ts";
import { command as decide } from "./decide.ts";
import { command as edit } from "./edit.ts";
import { command as episodeClose } from "./episode-close.ts";
import { command as exportAll } from "./export.ts";
import { command as forget } from "./forget.ts";
import { command as importAll } from "./import.ts";
import { command as remember } from "./remember.ts";
import { command as skillSave } from "./skill-save.ts";
import { command as validate } from "./validate.ts";

interface Given {
  readonly args?: readonly string[];
  readonly flags?: FlagValues;
  readonly answers?: readonly Result<unknown, Problem>[];
  readonly typed?: readonly string[];
  readonly isJson?: boolean;
  readonly stdin?: string;
  readonly lines?: readonly unknown[];
}

interface Done {
  readonly exit: Exit;
  readonly asked: readonly (readonly [name: string, body: unknown])[];
  readonly printed: readonly string[];
  readonly said: readonly string[];
  readonly json: readonly object[];
}

/** A command with everything around it played. */
const run = async (command: Command, given: Given): Promise<Done> => {
  const {
    args = [],
    flags = {},
    answers = [],
    typed,
    isJson = false,
    stdin = "",
    lines = [],
  } = given;
  const asked: (readonly [string, unknown])[] = [];
  const printed: string[] = [];
  const said: string[] = [];
  const json: object[] = [];
  const waiting = [...answers];
  const words = [...(typed ?? [])];
  const answer = (): Result<never, Problem> => {
    const next = waiting.shift();
    if (next === undefined) throw new Error("asked once more than played");
    return next as Result<never, Problem>;
  };
  const plain = (text: string): string => text;
  const context = {
    args,
    flags,
    isJson,
    isQuiet: false,
    canAsk: typed !== undefined,
    isAgreed: false,
    cwd: "/nowhere",
    env: {},
    stdin: Readable.from([stdin]),
    out: {
      result: (value: object, text: () => string) => {
        json.push(value);
        printed.push(text());
        return Exit.Done;
      },
      problem: (problem: Problem) => {
        json.push({ error: problem.code });
        return problem.exit;
      },
      raw: (bytes: string) => {
        printed.push(bytes);
        return Promise.resolve();
      },
      say: (text: string) => void said.push(text),
      progress: () => ({ update: () => {}, done: () => {} }),
      ask: () => Promise.resolve(words.shift()),
      askSecret: () => Promise.resolve(undefined),
      style: { bold: plain, dim: plain, good: plain, warn: plain, bad: plain },
      columns: 80,
    },
    api: {
      call: (name: string, body: unknown) => {
        asked.push([name, body]);
        return Promise.resolve(answer());
      },
      talk: async (name: string, body: unknown, hear: (line: unknown) => Promise<unknown>) => {
        asked.push([name, body]);
        for (const line of lines) await hear(line);
        return answer();
      },
    },
  } as unknown as CommandContext;
  const exit = await command.run(context);
  return { exit, asked, printed, said, json };
};

const stored = ok({ id: "f_1" });
const problem = (code: string, exit: Problem["exit"]): Result<never, Problem> =>
  err({ code, exit, message: "A sentence." });

describe("remember", () => {
  test("prints the id alone, and a warning beside it", async () => {
    const { printed, said, exit } = await run(remember, {
      args: ["a fact"],
      answers: [ok({ id: "f_1", warnings: ["it looks like a key"] })],
    });
    expect([printed, said, exit]).toEqual([["f_1"], ["it looks like a key"], 0]);
  });

  test("reads the text from stdin for a dash, and sends what was said", async () => {
    const flags = { tag: ["a", "b"], confidence: 0.4, kind: "gotcha", agent: "tool/model" };
    const { asked } = await run(remember, {
      args: ["-"],
      stdin: "from stdin",
      flags,
      answers: [stored],
    });
    expect(asked).toEqual([
      [
        "remember",
        {
          text: "from stdin",
          tags: ["a", "b"],
          confidence: 0.4,
          kind: "gotcha",
          agent: "tool/model",
          project: undefined,
          source: undefined,
        },
      ],
    ]);
  });

  test("offers the kinds that the memory knows", () => {
    expect(remember.flags["kind"]?.choices).toEqual(factKinds);
    expect(episodeClose.flags["result"]?.choices).toEqual(results);
  });
});

test.each([
  [decide, { args: ["x"] }, "RationaleMissing"],
  [validate, { args: ["d_1"] }, "StatusMissing"],
  [episodeClose, { args: ["ep_1"] }, "ResultMissing"],
  [skillSave, { args: ["x"] }, "FileMissing"],
  [forget, {}, "UsageError"],
  [forget, { args: ["f_1"], flags: { device: "d", since: "1h", undo: true } }, "UsageError"],
  [forget, { flags: { device: "d", since: "1h" } }, "UsageError"],
  [forget, { flags: { device: "d", undo: true } }, "UsageError"],
])("%# asks the daemon nothing where something is missing", async (command, given, code) => {
  const { asked, json, exit } = await run(command, given);
  expect([asked, json, exit]).toEqual([[], [{ error: code }], 2]);
});

test("edit sends only what was said", async () => {
  const { asked, printed } = await run(edit, {
    args: ["f_1"],
    flags: { unpin: true },
    answers: [ok({ id: "f_2", supersedes: "f_1" })],
  });
  expect(asked[0]?.[1]).toMatchObject({ id: "f_1", isPinned: false, text: undefined });
  expect(printed).toEqual(["f_2 in place of f_1"]);
});

describe("forget", () => {
  const mass = problem("MassDeletion", 12);
  const ids = ["f_1", "f_2", "f_1"];

  test("of very many asks for their count at a terminal, and goes on when it is typed", async () => {
    const done = ok({ ids: ["f_1", "f_2"], undoUntil: "2026-11-28T00:00:00.000Z" });
    const { asked, exit } = await run(forget, { args: ids, answers: [mass, done], typed: [" 2 "] });
    expect(asked.map(([, body]) => (body as { isAgreed?: boolean }).isAgreed)).toEqual([
      false,
      true,
    ]);
    expect(exit).toBe(0);
  });

  test("of very many ends with 12 where nobody types it, or can", async () => {
    for (const typed of [["3"], ["yes"], [], undefined]) {
      const given = typed === undefined ? {} : { typed };
      const { asked, exit } = await run(forget, { args: ids, answers: [mass], ...given });
      expect([asked.length, exit]).toEqual([1, 12]);
    }
  });

  test("reads ids from stdin for a dash", async () => {
    const answers = [ok({ ids: ["f_1", "f_2"] })];
    const { asked } = await run(forget, { args: ["-"], stdin: "f_1\n f_2\n", answers });
    expect(asked[0]?.[1]).toMatchObject({ ids: ["f_1", "f_2"], how: "forget" });
  });

  test("says for how long, or where copies may be", async () => {
    const undoUntil = "2026-11-28T00:00:00.000Z";
    const kept = await run(forget, { args: ["f_1"], answers: [ok({ ids: ["f_1"], undoUntil })] });
    expect(kept.printed[0]).toContain(`Until ${undoUntil}: duro forget --undo f_1`);
    const gone = ok({ ids: ["f_1"], also: ["f_0"], copies: { relay: "none" } });
    const purged = await run(forget, { args: ["f_1"], flags: { purge: true }, answers: [gone] });
    expect(purged.printed[0]).toContain("Gone for good: f_1 and 1 behind it");
    expect(purged.printed[0]).toContain("Copies at the relay: none");
  });
});

describe("import", () => {
  test("ends with 3 where something was left out, and names it", async () => {
    const skipped = [{ what: "a.json", why: "NoJson" }];
    const { exit, said, printed } = await run(importAll, {
      args: ["x"],
      answers: [ok({ imported: 2, present: 1, skipped })],
      lines: [{ phase: "reading", done: 1, total: 1 }],
    });
    expect([exit, said]).toEqual([3, ["left out: a.json (no JSON)"]]);
    expect(printed).toEqual(["2 imported, 1 here already, 1 left out"]);
  });

  test("ends with 0 where nothing was, and sends an absolute path", async () => {
    const answers = [ok({ imported: 2, present: 1, skipped: [] })];
    const { exit, asked } = await run(importAll, { args: ["x"], answers });
    expect([exit, asked[0]?.[1]]).toEqual([0, { path: "/nowhere/x", project: undefined }]);
  });

  test("names no more than a screenful of what was left out", async () => {
    const skipped = Array.from({ length: 500 }, (_, at) => ({ what: `${at}.json`, why: "NoJson" }));
    const answers = [ok({ imported: 0, present: 0, skipped })];
    const { said } = await run(importAll, { args: ["x"], answers });
    expect(said.length).toBe(21);
    expect(said.at(-1)).toContain("480 more");
  });
});

describe("export", () => {
  const text = '{\n  "entries": [],\n  "format": "duro-memory"\n}\n';
  const lines = [
    { text: text.slice(0, 7) },
    { phase: "reading", done: 1 },
    { text: text.slice(7) },
  ];

  test("to stdout is the text as it is, piece by piece", async () => {
    const { printed } = await run(exportAll, { lines, answers: [ok({ counts: { fact: 1 } })] });
    expect(printed.join("")).toBe(text);
  });

  test("with --json is one object, with the counts in it", async () => {
    const answers = [ok({ counts: { fact: 1 } })];
    const { json } = await run(exportAll, { lines, answers, isJson: true });
    expect(json).toEqual([{ counts: { fact: 1 }, entries: [], format: "duro-memory" }]);
  });

  test("to a folder says how much and where", async () => {
    const answers = [ok({ counts: { fact: 3, event: 1 }, to: "/nowhere/out", files: ["a", "b"] })];
    const { printed, asked } = await run(exportAll, { flags: { to: "out" }, answers });
    expect(asked[0]?.[1]).toEqual({ to: "/nowhere/out", format: undefined });
    expect(printed).toEqual(["4 entries and events in 2 files: out"]);
  });
});
