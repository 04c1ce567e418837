import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { globalFlags } from "../args/globalFlags.ts";
import { commands } from "./table.ts";

describe("every command is what the table says of it", () => {
  test.each(commands.map(({ name, about, load }) => ({ name, about, load })))(
    "$name",
    async ({ name, about, load }) => {
      const { command } = await load();
      expect({ name: command.name, about: command.about }).toEqual({ name, about });
    },
  );
});

describe("every command can be learnt and parsed", () => {
  test.each(commands.map(({ name, load }) => ({ name, load })))("$name", async ({ load }) => {
    const { arguments: wanted, examples, flags } = (await load()).command;
    expect(examples.length).toBeGreaterThan(0);
    for (const [line] of examples) expect(line).toContain("duro");
    // What is optional stands behind what is not, and only the last word may be many.
    const firstOptional = wanted.findIndex(({ isOptional }) => isOptional === true);
    const required = wanted.filter(({ isOptional }) => isOptional !== true).length;
    expect([-1, required]).toContain(firstOptional);
    expect(wanted.slice(0, -1).some(({ isMany }) => isMany === true)).toBe(false);
    for (const [flag, { opposite = flag }] of Object.entries(flags)) {
      expect(flag).toMatch(/^[a-z][a-z-]*$/u);
      expect(Object.keys(globalFlags)).not.toContain(flag);
      expect(Object.keys(flags)).toContain(opposite);
    }
  });
});

test("the table has the commands that scripts rely on", () => {
  const names = commands.map(({ name }) => name);
  const promised =
    "init, join, approve, recover, pair, device list, device revoke, device rename, daemon, " +
    "daemon stop, daemon restart, service install, service uninstall, service status, status, sync, " +
    "wait, pause, resume, remember, decide, validate, episode start, episode note, episode close, " +
    "skill save, skill show, skill list, list, show, search, edit, forget, import, export, key show, " +
    "key verify, key new-phrase, fingerprint, doctor, completion, version";
  for (const name of promised.split(", ")) expect(names).toContain(name);
  expect(new Set(names).size).toBe(names.length);
});

/** What a file loads when it is loaded, or in one of its functions; types load nothing. */
const loads =
  /^(?:import|export)\s(?!type\b)(?:[^;"]*?\sfrom\s+)?"(?<now>[^"]+)";|import\("(?<later>[^"]+)"\)/gmu;

const loadedBy = (file: string, found: Set<string>): void => {
  if (found.has(file)) return;
  found.add(file);
  for (const { groups } of readFileSync(file, "utf8").matchAll(loads)) {
    const target = groups?.["now"] ?? groups?.["later"] ?? "";
    if (target.startsWith(".")) loadedBy(join(dirname(file), target), found);
    else found.add(target);
  }
};

/** The daemon is another process; only `duro daemon` becomes it. */
const isOfTheDaemon = (file: string): boolean => file.endsWith("daemon/main.ts");

test("a command loads neither documents nor cryptography, so that it starts at once", () => {
  const found = new Set<string>();
  found.add(join(import.meta.dirname, "..", "daemon", "main.ts"));
  loadedBy(join(import.meta.dirname, "..", "main.ts"), found);
  expect([...found].some(isOfTheDaemon)).toBe(true);
  expect([...found].some((file) => file.endsWith("commands/remember.ts"))).toBe(true);
  const packages = [...found].filter((target) => !target.startsWith("/"));
  // A QR code is drawn where a person reads it.
  const allowed = /^(?:node:|uqr$)/u;
  expect(packages.filter((target) => !allowed.test(target))).toEqual([]);
});
