import { describe, expect, test } from "vitest";
import { purge } from "../commands/forget.ts";
import { list } from "../commands/list.ts";
import { skillsNamed } from "../commands/skills.ts";
import { actionsOf } from "../commands/episodes.ts";
import { remember } from "../commands/remember.ts";
import { docNames } from "../docs/directory.ts";
import type { Memory } from "../memory.ts";
import { bringIn } from "../testing/bringIn.ts";
import { aDay, createWorld, errorOf, start, valueOf } from "../testing/replicas.ts";
import type { Item } from "../views/itemTypes.ts";
import { exportDoc } from "./exportDoc.ts";
import { exportToFiles } from "./exportMarkdown.ts";
import { parseImport } from "./parseImport.ts";
import { parseLegacy, type TextFile } from "./legacy.ts";

const envelope = (id: string, type: string, data: object, more: object = {}): TextFile => ({
  path: `memory/${type}s/${id}.json`,
  text: JSON.stringify({
    id,
    type,
    version: "1.1",
    created_at: "2026-02-10T12:34:56Z",
    updated_at: null,
    sensitivity: "internal",
    tags: ["auth"],
    source: { workflow: "manual", run_id: null, tool_trace_path: null },
    data,
    ...more,
  }),
});

const fact = envelope("fact_20260210_123456_abc123", "fact", {
  claim: "tokens live for an hour",
  source_urls: ["https://example.org/tokens"],
  snippet: "expires_in: 3600",
  confidence: 0.9,
  verified: true,
  evidence_type: "quote",
  provenance: "web",
  valid_from: "2026-02-01T00:00:00",
  valid_until: null,
  superseded_by: null,
  importance: 0.7,
  pinned: true,
});

const decision = envelope("decision_20260210_123500_def456", "decision", {
  decision: "rotate tokens daily",
  rationale: "a stolen one is short-lived",
  alternatives: ["weekly", "never"],
  context: "the audit",
  reversible: true,
  outcome: {
    status: "validated",
    verified_at: "2026-03-01T10:00:00Z",
    evidence: [{ episode_id: "ep_20260210_130000_ghi789", result: "success", notes: "no leak" }],
    confidence: 0.72,
  },
});

const episode = envelope("ep_20260210_130000_ghi789", "episode", {
  goal: "harden login",
  status: "closed",
  plan: ["read", "change"],
  context: { domain: "auth", constraints: ["timebox 20m"], environment: { model: "m" } },
  actions: [
    { run_id: "r1", tool: "bash", summary: "ran the tests", timestamp: "2026-02-10T13:01:00Z" },
    { run_id: "r2", tool: "edit", summary: "shortened it", timestamp: "2026-02-10T13:00:30Z" },
  ],
  result: "success",
  result_summary: "done",
  links: {
    facts_created: ["fact_20260210_123456_abc123"],
    decisions_used: ["decision_20260210_123500_def456"],
    evaluation_id: null,
  },
  started_at: "2026-02-10T13:00:00Z",
  closed_at: "2026-02-10T14:00:00Z",
});

const skill = envelope("skill_20260211_080000_jkl012", "skill", {
  name: "deploy",
  description: "how to deploy",
  steps: ["build", "push"],
  tools_required: ["docker"],
  tier: "tested",
  side_effects: ["network_request"],
});

const validation = (id: string, status: string, more: object = {}): TextFile =>
  envelope(
    id,
    "decision_validation",
    { decision_id: "decision_20260210_123500_def456", status, ...more },
    { created_at: `2026-02-${id.slice(11, 13)}T09:00:00` },
  );

const all = [fact, decision, episode, skill];

const bring = (memory: Memory, files: readonly TextFile[]) =>
  valueOf(bringIn(memory, parseLegacy(files)));

const only = <T extends Item["type"]>(memory: Memory, type: T): Extract<Item, { type: T }> => {
  const [item] = valueOf(list(memory, { types: [type] })).items;
  if (item?.type !== type) throw new Error(`a ${type}`);
  return item as Extract<Item, { type: T }>;
};

describe("[MEM13] the older Duro's files", () => {
  test("become facts with their evidence, validity and confidence", () => {
    const { memory } = createWorld().device("laptop");
    expect(bring(memory, [fact])).toMatchObject({ importedCount: 1, skipped: [] });
    expect(only(memory, "fact")).toMatchObject({
      text: "tokens live for an hour",
      tags: ["auth"],
      atMs: Date.UTC(2026, 1, 10, 12, 34, 56),
      confidence: 0.9,
      isPinned: true,
      isValid: true,
      sensitivity: "internal",
      trust: "imported",
      core: {
        kind: "fact",
        evidence: {
          type: "quote",
          snippet: "expires_in: 3600",
          urls: ["https://example.org/tokens"],
        },
        provenance: "web",
        importance: 0.7,
        validFrom: Date.UTC(2026, 1, 1),
        origins: ["fact_20260210_123456_abc123"],
        extra: { data: { verified: true }, source: { workflow: "manual" }, version: "1.1" },
      },
    });
  });

  test("become decisions with their outcome and the confidence it came to", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    bring(memory, [decision]);
    const item = only(memory, "decision");
    expect(item.status).toBe("validated");
    expect(item.standing[0]?.core.evidence?.text).toBe("ep_20260210_130000_ghi789 success no leak");
    expect(item.core.alternatives).toEqual([{ option: "weekly" }, { option: "never" }]);
    world.clock.nowMs = Date.UTC(2026, 2, 1, 10);
    expect(only(memory, "decision").confidence).toBe(0.72);
  });

  test("become decisions with the last of several verdicts, which nobody contests", () => {
    const { memory } = createWorld().device("laptop");
    const files = [
      validation("dval_20260220_090000_aaaaaa", "validated"),
      validation("dval_20260225_090000_bbbbbb", "reversed", {
        actual_outcome: "it broke",
        result: "failed",
        next_action: "go back",
      }),
    ];
    const pending = { ...decision, text: decision.text.replace('"validated"', '"reversed"') };
    bring(memory, [pending, ...files.toReversed()]);
    const item = only(memory, "decision");
    expect(item.status).toBe("reversed");
    expect(item.standing.map(({ core }) => [core.actual, core.result])).toEqual([
      ["it broke", "failed"],
    ]);
  });

  test("become episodes with their notes in order and links to what came with them", () => {
    const { memory } = createWorld().device("laptop");
    bring(memory, all);
    const { entry, core } = only(memory, "episode");
    expect(entry.fields).toMatchObject({ status: "closed", result: "success", summary: "done" });
    expect(core).toMatchObject({ plan: ["read", "change"], constraints: ["timebox 20m"] });
    expect(actionsOf(entry.lists).map(({ s }) => s)).toEqual(["shortened it", "ran the tests"]);
    expect([...(entry.sets["links"]?.keys() ?? [])].toSorted()).toEqual([
      `decisions_used:${only(memory, "decision").id}`,
      `facts_created:${only(memory, "fact").id}`,
    ]);
  });

  test("become skills with their steps as prose", () => {
    const { memory } = createWorld().device("laptop");
    bring(memory, [skill]);
    const [item] = valueOf(skillsNamed(memory, "deploy"));
    expect(item?.entry.texts).toEqual({
      description: "how to deploy",
      body: "1. build\n2. push\n",
    });
    expect(item?.entry.fields).toMatchObject({ tier: "tested", tools: ["docker"] });
  });

  test("become incidents and changes, which are episodes", () => {
    const { memory } = createWorld().device("laptop");
    bring(memory, [
      envelope("inc_20260212_080000_aaaaaa", "incident_rca", {
        symptom: "login hangs",
        actual_cause: "DNS",
        fix: "a second resolver",
        status: "fixed",
      }),
      envelope("chg_20260212_090000_bbbbbb", "recent_change", {
        scope: "env",
        change: "moved the database",
        risk_tags: ["db"],
      }),
    ]);
    const items = valueOf(list(memory, { types: ["episode"] })).items;
    expect(items.map((item) => item.type === "episode" && [item.core.kind, item.text])).toEqual(
      expect.arrayContaining([
        ["incident", "login hangs"],
        ["change", "moved the database"],
      ]),
    );
  });

  test("can be imported again and again, in part or in any order, without a second copy", () => {
    const { memory } = createWorld().device("laptop");
    bring(memory, all.slice(0, 2));
    expect(bring(memory, all.toReversed())).toMatchObject({ importedCount: 2, presentCount: 2 });
    expect(bring(memory, all)).toMatchObject({ importedCount: 0, presentCount: 4 });
    expect(valueOf(list(memory)).items.length).toBe(4);
    expect(only(memory, "decision").standing.length).toBe(1);
  });

  test("do not come back after a purge", () => {
    const { memory } = createWorld().device("laptop");
    const { ids } = bring(memory, all);
    valueOf(purge(memory, ids));
    expect(bring(memory, all)).toMatchObject({ importedCount: 0, presentCount: 4 });
    expect(valueOf(list(memory)).items).toEqual([]);
  });

  test("may come back after a purge where their name was words of a person", () => {
    const { memory, doc } = createWorld().device("laptop");
    const named = envelope("my secret project", "fact", { claim: "x" });
    const [id] = bring(memory, [named]).ids;
    if (id === undefined) throw new Error("an entry");
    valueOf(purge(memory, [id]));
    for (const name of valueOf(docNames(memory)))
      expect(JSON.stringify(doc(name).toJSON())).not.toContain("secret");
  });

  test("stand in the month they were made in, under ids that sort among ours", () => {
    const { memory } = createWorld().device("laptop");
    bring(memory, all);
    expect(valueOf(docNames(memory))).toContain("mem/_/2026-02");
    const since = valueOf(list(memory, { sinceMs: start - 30 * aDay }));
    expect(since.items).toEqual([]);
  });

  test("that are no JSON, of no known kind, without a time or a claim are named and left out", () => {
    const { memory } = createWorld().device("laptop");
    const report = bring(memory, [
      { path: "memory/facts/broken.json", text: "{" },
      { path: "memory/index.txt", text: "not read at all" },
      { path: "memory/other.json", text: '{"a":1}' },
      { path: "memory/backups/fact/x_fact_1.json", text: fact.text },
      envelope("rule_20260210_123456_abc123", "rule", { name: "x" }),
      envelope("fact_no_time", "fact", { claim: "x" }, { created_at: null }),
      envelope("fact_20260210_123457_abc124", "fact", { claim: null }),
      envelope("__proto__", "fact", { claim: "its name is one that no device reads" }),
      envelope("dval_20260210_123457_abc124", "decision_validation", {
        decision_id: "decision_20200101_000000_nobody",
        status: "validated",
      }),
    ]);
    expect(report.importedCount).toBe(0);
    expect(report.skipped.map(({ what, why }) => `${why} ${what}`).toSorted()).toEqual([
      "NoJson memory/facts/broken.json",
      "NoTime memory/facts/fact_no_time.json",
      "NotKept rule_20260210_123456_abc123",
      "TargetUnknown dval_20260210_123457_abc124",
      "TypeUnknown memory/facts/__proto__.json",
      "TypeUnknown memory/other.json",
      "WrongField fact_20260210_123457_abc124",
    ]);
  });
});

test("[MEM13] a folder may hold our own export and the older files; a newer export stops it all", () => {
  const from = createWorld().device("laptop").memory;
  valueOf(remember(from, { claim: "ours" }));
  const parts = valueOf(docNames(from)).map((name) => valueOf(exportDoc(from, name)));
  const pages = exportToFiles(parts, "md");
  const { memory } = createWorld().device("other");
  const report = valueOf(bringIn(memory, valueOf(parseImport([...pages, fact, decision]))));
  expect([report.importedCount, report.skipped]).toEqual([3, []]);
  expect(valueOf(list(memory)).items.map(({ text }) => text)).toContain("ours");
  const newer = { path: "memory.json", text: '{"format":"duro-memory","version":9}' };
  expect(errorOf(parseImport([fact, newer]))).toEqual({ type: "ExportTooNew", version: 9 });
});

test("[MEM13] a large import is cut into edits that fit an envelope, and spread over parts of a month", () => {
  const world = createWorld();
  const { memory } = world.device("laptop");
  const files = Array.from({ length: 5_100 }, (_, index) =>
    envelope(`fact_20260210_123456_${String(index).padStart(6, "0")}`, "fact", {
      claim: `fact ${index} ${"x".repeat(300)}`,
    }),
  );
  expect(bring(memory, files).importedCount).toBe(5_100);
  expect(Math.max(...world.sent.map(({ update }) => update.length))).toBeLessThan(600_000);
  expect(valueOf(docNames(memory))).toContain("mem/_/2026-02.2");
  expect(bring(memory, files).importedCount).toBe(0);
});
