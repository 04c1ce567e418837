/**
 * The contract of the command line, for what needs no relay: each line of these tables is something that
 * scripts rely on, its exit and the names and types in its JSON.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMachine, endMachines, found, type Json, type Machine } from "./tools/machine.ts";

const artifacts = join(import.meta.dirname, "fixtures/agent-artifacts");
const hex = "[0-9a-f]{32}";
const entryId = "(?:d|ep|f|s)_[0-9a-hjkmnp-tv-z]{26}";
const iso = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const like = (pattern: string): unknown => expect.stringMatching(new RegExp(`^${pattern}$`, "u"));
const id = like(entryId);
const device = like(hex);
const text: unknown = expect.any(String);
const doneOrFound: unknown = expect.toBeOneOf([0, 4]);
const count: unknown = expect.any(Number);
const list: unknown = expect.any(Array);

const item = {
  id,
  type: like("fact|decision|episode|skill"),
  text,
  at: like(iso),
  device,
  tags: list,
};
const items = (itemCount: number, more: object = {}): object => ({
  items: Array.from({ length: itemCount }, () => expect.objectContaining({ ...item, ...more })),
});

interface Row {
  readonly line: string;
  readonly exit: unknown;
  readonly json: object;
}
/** `name` in a line stands for the id that an earlier one gave under that name. */
interface Step extends Row {
  readonly as?: string;
}

let machine: Machine;
let empty: Machine;
const names = new Map<string, string>();

/** Words of a line; one with spaces stands in quotes. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"(?<quoted>[^"]*)"|(?<plain>\S+)/gu)].map(({ groups }) => {
    const word = groups?.["quoted"] ?? groups?.["plain"] ?? "";
    return names.get(word) ?? word;
  });

beforeAll(async () => {
  machine = await createMachine();
  empty = await createMachine();
  names.set("WORDS", await found(machine));
  names.set("SKILL", join(machine.home, "skill.md"));
  names.set("TO", join(machine.home, "export"));
  names.set("ARTIFACTS", artifacts);
  names.set("NEW", join(machine.home, "new"));
  names.set("CUT", join(machine.home, "cut"));
  writeFileSync(join(machine.home, "skill.md"), "---\ndescription: ships it\n---\nPush.\n");
  writeFileSync(join(machine.home, "cut"), "abandon ability able\n");
});
afterAll(endMachines);

/** In JSON nothing is said elsewhere, and there is one object. */
const outcome = async (on: Machine, line: string): Promise<Json> => {
  const { code, err, lines, json } = await on.duro(wordsOf(line));
  return { line, exit: code, err, lineCount: lines.length, json };
};
const outcomeOf = ({ line, exit, json }: Row): object => ({
  line,
  exit,
  err: "",
  lineCount: 1,
  json,
});

const steps: readonly Step[] = [
  {
    line: "init --no-input",
    exit: 0,
    json: { user: device, device, vault: like(hex), server: null },
  },
  { line: "init --no-input --local-only", exit: 0, json: { server: null } },
  { line: "list", exit: 0, json: { items: [] } },
  {
    line: 'remember "tests need port 5432" --kind gotcha --tag db --tag ci --project shop --confidence 0.5',
    exit: 0,
    json: { id },
    as: "FACT",
  },
  {
    line: 'decide "use sqlite" --rationale simple --expected fast --alternative postgres',
    exit: 0,
    json: { id },
    as: "DECISION",
  },
  { line: 'episode start "make it fast"', exit: 0, json: { id }, as: "EPISODE" },
  { line: "episode note EPISODE measured", exit: 0, json: { id } },
  { line: "episode close EPISODE --result success --summary done", exit: 0, json: { id } },
  { line: "skill save deploy --file SKILL", exit: 0, json: { id }, as: "DEPLOY" },
  { line: "skill show deploy", exit: 0, json: items(1, { type: "skill" }) },
  { line: "skill list", exit: 0, json: items(1, { type: "skill" }) },
  { line: "list", exit: 0, json: items(4) },
  { line: "list --limit 2", exit: 0, json: { ...items(2), next: id }, as: "PAGE" },
  { line: "list --limit 2 --after NEXT", exit: 0, json: items(2) },
  {
    line: "list --type fact --tag db --tag ci --since 7d --project shop",
    exit: 0,
    json: items(1, { type: "fact" }),
  },
  { line: "list --since 2099-01-01", exit: 0, json: { items: [] } },
  { line: "search port", exit: 0, json: items(1, { score: count }) },
  { line: "search port --type decision --limit 1", exit: 0, json: { items: [] } },
  { line: "show FACT", exit: 0, json: items(1, { confidence: 0.5, kind: "gotcha" }) },
  {
    line: "validate DECISION --status validated --actual yes --evidence log",
    exit: 0,
    json: { id, status: "validated" },
  },
  { line: "validate DECISION --status partial", exit: 0, json: { id, status: "partial" } },
  { line: "validate DECISION --status reversed", exit: 0, json: { id, status: "reversed" } },
  { line: "edit FACT --tag new --confidence 0.9 --pin", exit: 0, json: { id } },
  { line: "edit FACT --unpin", exit: 0, json: { id } },
  {
    line: 'edit FACT --text "tests need port 5433"',
    exit: 0,
    json: { id, supersedes: id },
    as: "NEWER",
  },
  {
    line: "show FACT",
    exit: 0,
    json: items(1, { text: "tests need port 5432", supersededBy: id }),
  },
  { line: "list --type fact", exit: 0, json: items(1, { text: "tests need port 5433" }) },
  {
    line: "edit EPISODE --text other",
    exit: 2,
    json: { error: { code: text, message: text, next: text } },
  },
  { line: "forget EPISODE", exit: 0, json: { ids: [id] } },
  { line: "list --type episode", exit: 0, json: { items: [] } },
  { line: "forget --undo EPISODE", exit: 0, json: { ids: [id] } },
  { line: "list --type episode", exit: 0, json: items(1) },
  { line: "forget EPISODE --purge", exit: 2, json: { error: { code: "PurgeNotAgreed" } } },
  { line: "forget EPISODE --purge --yes", exit: 0, json: { ids: [id] } },
  { line: "forget --undo EPISODE", exit: 2, json: { error: { next: text } } },
  {
    line: "status",
    exit: 0,
    json: {
      state: "local",
      server: null,
      pending: 0,
      alarms: [],
      devices: [{ id: device, name: text, head: count, receipted: count, lastSeen: like(iso) }],
    },
  },
  { line: "sync", exit: 0, json: { sent: 0, received: 0 } },
  { line: "wait --timeout 20s", exit: 0, json: { sent: 0, received: 0 } },
  { line: "wait --timeout 2", exit: 0, json: { sent: 0, received: 0 } },
  {
    line: "device list",
    exit: 0,
    json: {
      devices: [
        { id: device, name: text, scope: "full", revoked: false },
        { scope: "paper", lastSeen: null, revoked: false },
      ],
    },
  },
  { line: "fingerprint", exit: 0, json: { fingerprint: text } },
  { line: "key verify --phrase-file WORDS", exit: 0, json: { opens: true } },
  { line: "key verify --phrase-file CUT", exit: 10, json: { error: { code: "PhraseWordCount" } } },
  { line: "import ARTIFACTS", exit: 3, json: { imported: count, present: 0, skipped: list } },
  { line: "import ARTIFACTS", exit: 3, json: { imported: 0, present: count } },
  { line: "export --to TO", exit: 0, json: { counts: { fact: count, decision: count } } },
  { line: "import TO", exit: 0, json: { imported: 0, present: count, skipped: [] } },
  // What it finds on a machine is the machine's.
  { line: "doctor", exit: doneOrFound, json: { checks: list } },
  { line: "completion bash", exit: 0, json: { script: text } },
  { line: "version", exit: 0, json: { version: text } },
];

test("what is set up answers each line with its exit and its fields", async () => {
  for (const { as, ...row } of steps) {
    const ran = await outcome(machine, row.line);
    expect(ran).toMatchObject(outcomeOf(row));
    const { json } = ran;
    if (as === "PAGE") names.set("NEXT", json.next);
    else if (as !== undefined) names.set(as, json.id);
  }
}, 25_000);

const needSetUp: readonly string[] = [
  "list",
  "search x",
  "show f_0",
  "status",
  "sync",
  "wait",
  "pause",
  "resume",
  "remember x",
  "decide x --rationale y",
  "validate d_0 --status partial",
  "episode start x",
  "episode note ep_0 x",
  "episode close ep_0 --result failed",
  "skill save x --file SKILL",
  "skill show x",
  "skill list",
  "edit f_0 --pin",
  "forget f_0",
  "forget --undo f_0",
  "import ARTIFACTS",
  "export",
  "device list",
  "device rename x y",
  "device revoke x --yes",
  "key show",
  "key verify --phrase-file WORDS",
  "key new-phrase --phrase-file WORDS --recovery-out NEW",
  "fingerprint",
  "approve ABC",
  "pair",
];

const misuses: readonly string[] = [
  "nonsense",
  "device",
  "list --nonsense",
  "list more",
  "list --limit 0",
  "list --limit ten",
  "list --type memory",
  "list --since yesterday",
  "list --after nothing",
  "search",
  "search x --limit 1.5",
  "show",
  "show ../../etc/passwd",
  "remember",
  'remember ""',
  "remember x --confidence 1.1",
  "remember x --kind rumour",
  "decide x",
  "validate d_0",
  "validate d_0 --status good",
  "episode",
  "episode start",
  "episode close ep_0 --result fine",
  "skill save x",
  "skill save x --file /nowhere",
  "edit f_0",
  "edit f_0 --pin --unpin",
  "forget",
  "import",
  "import /nowhere",
  "export --format xml",
  "wait --timeout soon",
  "wait --timeout -1",
  "pause soon",
  "join",
  "join --server relay",
  "recover",
  "approve",
  "pair --days 0",
  "init --local-only --server https://relay.example.com",
  "key verify",
  "completion tcsh",
  "status --home=",
];

/** As many as start at once without one waiting for another. */
const atOnceCount = 4;

/** In their order. */
const outcomes = async (on: Machine, lines: readonly string[]): Promise<readonly Json[]> => {
  const all: Json[] = [];
  const left = [...lines.entries()];
  const turn = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [at, line] = next;
      all[at] = await outcome(on, line);
    }
  };
  await Promise.all(Array.from({ length: atOnceCount }, turn));
  return all;
};

const error = (code: unknown): object => ({ error: { code, message: text, next: text } });

test("before the first run each command ends with 5 and says how to begin", async () => {
  const wanted = { exit: 5, json: error("NotSetUp") };
  const all = await outcomes(empty, needSetUp);
  expect(all).toMatchObject(needSetUp.map((line) => outcomeOf({ line, ...wanted })));
}, 25_000);

test("each wrong line ends with 2, names what is wrong and says what to run", async () => {
  const wanted = { exit: 2, json: error(text) };
  const all = await outcomes(machine, misuses);
  expect(all).toMatchObject(misuses.map((line) => outcomeOf({ line, ...wanted })));
}, 25_000);

describe("the surroundings", () => {
  test("say by variables what flags say, and the line wins", async () => {
    const env = { DURO_TAG: "one,two", DURO_CONFIDENCE: "0.25", DURO_JSON: "1" };
    const made = await machine.plain(["remember", "by variables"], { env });
    expect(made.json).toEqual({ id });
    const shown = await machine.duro(["show", made.json.id]);
    expect(shown.json.items[0]).toMatchObject({ tags: ["one", "two"], confidence: 0.25 });
    const other = await machine.duro(["list", "--tag", "one", "--limit", "1"], {
      env: { DURO_TAG: "three", DURO_LIMIT: "none" },
    });
    expect(other.json.items).toHaveLength(1);
    const wrong = await machine.duro(["list"], { env: { DURO_LIMIT: "none" } });
    expect([wrong.code, wrong.json.error.message]).toEqual([
      2,
      expect.stringContaining("DURO_LIMIT"),
    ]);
  });

  test("get the result on stdout, errors on stderr, and no colour in a pipe", async () => {
    const good = await machine.plain(["list", "--quiet"], { env: { FORCE_COLOR: "1" } });
    expect([good.code, good.err]).toEqual([0, ""]);
    const bad = await machine.plain(["show", "f_0", "--quiet"]);
    expect([bad.code, bad.out]).toEqual([2, ""]);
    expect(bad.err).toMatch(/^duro: .+\n {2}next: duro /u);
    expect(`${good.out}${bad.err}`).not.toContain("\u001B");
  });

  test("that allow no daemon end with 6", async () => {
    const ran = await machine.duro(["status", "--home", join(machine.home, "skill.md", "x")]);
    expect(ran).toMatchObject({ code: 6, json: error(text) });
  });
});

test("what came from elsewhere steers no terminal, in lines or in JSON", async () => {
  const steering = "a\u001B[31mred\u001B]0;title\u0007\u009B31m\u202Eb";
  const made = await machine.duro(["remember", steering, "--tag", steering, "--source", steering]);
  const asked = [["list"], ["show", made.json.id], ["search", "red"]];
  for (const args of asked)
    for (const { out, err } of [await machine.plain(args), await machine.duro(args)])
      expect(`${args[0]} ${out}${err}`).not.toMatch(/[^\P{Control}\n\t]|\u202E/u);
});
