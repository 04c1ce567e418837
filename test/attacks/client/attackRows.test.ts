/** The table of attacks says what is so: its tests exist, its protections are taken away, the document agrees. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { engineGuards } from "../../mutants/engineGuards.ts";
import { guards } from "../../mutants/guards.ts";
import { attackRows } from "./attackRows.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const threatModel = read("docs/threat-model.md");
/** What the document says of an attack, behind `_State_:`. */
const stateOf = (id: string): string => {
  const from = threatModel.indexOf(`- **${id} `);
  const state = threatModel.indexOf("_State_: ", from);
  return from === -1
    ? ""
    : threatModel.slice(state + "_State_: ".length, threatModel.indexOf("\n", state));
};

describe.each(attackRows)("$id $attack", ({ id, proofs, guards: names }) => {
  test("is shown by tests that exist", () => {
    const missing = proofs.filter(({ file, title }) => !read(file).includes(`"${title}"`));
    expect(missing).toEqual([]);
    expect(proofs.length).toBeGreaterThan(0);
  });

  test("has a protection that is taken away", () => {
    const known = new Set(guards.map(({ name }) => name));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
  });

  test("stands in the threat model, as refused today at least in part", () => {
    expect(stateOf(id)).toMatch(/^(today|part)/u);
  });
});

test("every attack of the first 32 stands in the table, in its order", () => {
  const ids = Array.from({ length: 32 }, (_, at) => `A${at + 1}`);
  expect(attackRows.map(({ id }) => id)).toEqual(ids);
});

describe("each protection of the engine", () => {
  test("has a name of its own", () => {
    expect(new Set(guards.map(({ name }) => name)).size).toBe(guards.length);
  });

  test.each(engineGuards)(
    "$name: stands in one place, and its test exists",
    ({ file, find, tests, title }) => {
      expect(read(`packages/${file}`).split(find).length - 1).toBe(1);
      const [path = ""] = tests;
      const text = read(path.startsWith("test/") ? path : `packages/${path}`);
      const templates = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gu)].map(([, one = ""]) => one);
      const isCase = (one: string): boolean =>
        one.includes("%s") && one.split("%s").every((part) => (title ?? "").includes(part));
      expect(templates.some((one) => one === title || isCase(one))).toBe(true);
    },
  );
});
