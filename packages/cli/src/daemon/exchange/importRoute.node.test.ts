import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { actionsOf, type Item, list, parseEntryId, show } from "@duro/memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  openTestDaemon,
  problemOf,
  type TestDaemon,
  valueOf,
} from "../entries/testing/openTestDaemon.ts";
import { entryRoutes } from "../entries/entryRoutes.ts";
import { exchangeRoutes } from "./exchangeRoutes.ts";

const artifacts = path.join(
  import.meta.dirname,
  "../../../../../test/cli/fixtures/agent-artifacts",
);

let daemon: TestDaemon;
let folder: string;
beforeEach(async () => {
  daemon = await openTestDaemon([...entryRoutes, ...exchangeRoutes]);
  folder = await mkdtemp(path.join(tmpdir(), "duro-import-"));
});
afterEach(async () => {
  await daemon[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const bring = async (from: string) => valueOf((await daemon.talk("import", { path: from })).answer);

const all = async (): Promise<readonly Item[]> => {
  const page = await daemon.home.read((memory) => list(memory, { limit: 200, withHidden: true }));
  return valueOf(page).items;
};

/** By the words that a list shows. */
const itemOf = async <T extends Item["type"]>(
  type: T,
  words: string,
): Promise<Extract<Item, { type: T }>> => {
  const found = (await all()).find((one) => one.type === type && one.text.includes(words));
  const id = parseEntryId(found?.id ?? "");
  if (!id.ok) throw new Error(`no ${type} about ${words}`);
  return valueOf(await daemon.home.read((memory) => show(memory, id.value))) as Extract<
    Item,
    { type: T }
  >;
};

const anArtifact = (id: string, claim: string) =>
  JSON.stringify({
    id,
    type: "fact",
    created_at: "2026-02-10T12:34:56Z",
    tags: [],
    data: { claim },
  });

describe("the artifacts of the older Duro", () => {
  test("come in, and what has no place is named", async () => {
    expect(await bring(artifacts)).toEqual({
      imported: 10,
      present: 0,
      skipped: [
        { what: "memory/facts/fact_20260215_000000_broken.json", why: "NoJson" },
        { what: "rule_20260210_100000_vwx234", why: "NotKept" },
      ],
    });
  });

  test("come in with claim, source, confidence, validity and what had no place", async () => {
    await bring(artifacts);
    const tokens = await itemOf("fact", "Access tokens");
    expect(tokens).toMatchObject({
      text: "Access tokens of the shop live for an hour",
      tags: ["auth", "tokens"],
      atMs: Date.parse("2026-02-10T12:34:56Z"),
      confidence: 0.9,
      isPinned: true,
      isValid: true,
      sensitivity: "internal",
      trust: "imported",
      supersededBy: undefined,
      core: {
        kind: "fact",
        provenance: "web",
        confidence: 0.9,
        importance: 0.7,
        validFrom: Date.parse("2026-02-01T00:00:00Z"),
        evidence: {
          type: "quote",
          snippet: "expires_in: 3600",
          urls: ["https://example.org/docs/tokens"],
        },
        origins: ["fact_20260210_123456_abc123"],
        extra: {
          version: "1.1",
          source: { workflow: "manual" },
          provenance: { trust_tier: "human_verified", created_via: "duro_store_fact" },
          data: { verified: true, reinforcement_count: 0 },
        },
      },
    });
  });

  test("come in with what supersedes what, and what was reinforced when", async () => {
    await bring(artifacts);
    const old = await itemOf("fact", "port 5432");
    const now = await itemOf("fact", "port 5433");
    expect(now.text).toBe(
      "The login test waits for port 5433, “since the Umlaut-Migration” — größer",
    );
    expect(old).toMatchObject({
      supersededBy: now.id,
      validUntilMs: Date.parse("2026-02-14T09:00:00Z"),
      isValid: false,
      core: { provenance: "tool_output", confidence: 0.5 },
    });
    expect(now).toMatchObject({ sensitivity: "sensitive", core: { confidence: 0.62 } });
    expect(daemon.home.index.search("port", { limit: 9 }).map(({ id }) => id)).toEqual([now.id]);
  });

  test("come in with decisions and how they turned out", async () => {
    await bring(artifacts);
    const episode = await itemOf("episode", "Harden");
    const rotate = await itemOf("decision", "Rotate");
    expect(rotate).toMatchObject({
      status: "validated",
      core: {
        rationale: "A stolen one is short-lived",
        alternatives: [{ option: "weekly" }, { option: "never" }],
        context: "The audit of February",
        reversible: true,
        origins: ["decision_20260210_123500_def456"],
      },
      standing: [
        {
          core: {
            t: "validate",
            at: Date.parse("2026-03-01T10:00:00Z"),
            evidence: {
              text: "ep_20260210_130000_ghi789 success no leak since",
              session: episode.id,
            },
          },
        },
      ],
    });
    const cache = await itemOf("decision", "Cache");
    expect(cache).toMatchObject({
      status: "reversed",
      standing: [
        {
          core: {
            t: "reverse",
            expected: "half the queries",
            actual: "the process ran out of memory",
            result: "failed",
            evidence: { text: "twice in one week" },
            extra: { next_action: "back to the database", confidence_after: 0.31 },
          },
        },
      ],
    });
    const log = await itemOf("decision", "one log");
    expect(log).toMatchObject({ status: "pending", core: { reversible: false } });
  });

  test("come in with episodes: notes, result, and links to what came with them", async () => {
    await bring(artifacts);
    const { core, entry } = await itemOf("episode", "Harden");
    expect(core).toMatchObject({
      kind: "work",
      plan: ["read the code", "shorten the tokens"],
      constraints: ["timebox 20m"],
      started: Date.parse("2026-02-10T13:00:00Z"),
    });
    expect(entry.fields).toMatchObject({
      status: "closed",
      result: "success",
      summary: "Tokens live for an hour now",
      closed: Date.parse("2026-02-10T14:00:00Z"),
    });
    expect(actionsOf(entry.lists)).toEqual([
      { at: Date.parse("2026-02-10T13:01:00Z"), s: "ran the tests", tool: "bash", ref: "r1" },
      {
        at: Date.parse("2026-02-10T13:20:00Z"),
        s: "shortened the life of tokens",
        tool: "edit",
        ref: "r2",
      },
    ]);
    const fact = await itemOf("fact", "Access tokens");
    const decision = await itemOf("decision", "Rotate");
    const skill = await itemOf("skill", "deploy-shop");
    const links = [...(entry.sets["links"]?.keys() ?? [])];
    expect(links.filter((link) => !link.startsWith("evaluation_id:")).toSorted()).toEqual(
      [
        `decisions_created:${decision.id}`,
        `decisions_used:${decision.id}`,
        `facts_created:${fact.id}`,
        `skills_used:${skill.id}`,
      ].toSorted(),
    );
    // An evaluation is an event here.
    expect(links.filter((link) => link.startsWith("evaluation_id:e_")).length).toBe(1);
  });

  test("come in with skills, incidents and changes", async () => {
    await bring(artifacts);
    const { items } = valueOf(await daemon.call("skillShow", { name: "deploy-shop" }));
    expect(items).toMatchObject([
      {
        description: "How the shop is deployed",
        body: "1. build the image\n2. push it\n3. watch the log for a minute\n",
        tier: "tested",
        tags: ["deploy"],
      },
    ]);
    const change = await itemOf("episode", "another resolver");
    const incident = await itemOf("episode", "Logins hang");
    expect(incident).toMatchObject({
      core: { kind: "incident", details: { actual_cause: "DNS of the new resolver" } },
      entry: { fields: { status: "closed", summary: "A second resolver" } },
    });
    expect([...(incident.entry.sets["links"]?.keys() ?? [])]).toEqual([`changes:${change.id}`]);
    expect(change.core).toMatchObject({ kind: "change", details: { why: expect.any(String) } });
  });

  test("come in once, however often and in whatever pieces they are imported", async () => {
    expect(await bring(path.join(artifacts, "memory/facts"))).toMatchObject({ imported: 3 });
    expect(await bring(artifacts)).toMatchObject({ imported: 7, present: 3 });
    expect(await bring(artifacts)).toMatchObject({ imported: 0, present: 10 });
    expect((await all()).length).toBe(10);
  });

  test("stand in the project that was named for them", async () => {
    valueOf((await daemon.talk("import", { path: artifacts, project: "shop" })).answer);
    const { project } = await itemOf("fact", "Access tokens");
    expect(project).toMatch(/^p_/u);
    expect((await itemOf("decision", "Rotate")).project).toBe(project);
  });
});

describe("a folder", () => {
  test("is read no further than it reaches: links that lead out are named", async () => {
    const outside = await mkdtemp(path.join(tmpdir(), "duro-outside-"));
    try {
      await writeFile(
        path.join(outside, "secret.json"),
        anArtifact("fact_20260101_000000_aaaaaa", "outside"),
      );
      await mkdir(path.join(folder, "facts"));
      await writeFile(
        path.join(folder, "facts/in.json"),
        anArtifact("fact_20260101_000000_bbbbbb", "inside"),
      );
      await symlink(path.join(outside, "secret.json"), path.join(folder, "facts/out.json"));
      await symlink(outside, path.join(folder, "elsewhere"));
      await symlink(path.join(folder, "facts"), path.join(folder, "again"));
      expect(await bring(folder)).toEqual({
        imported: 1,
        present: 0,
        skipped: [
          { what: "elsewhere", why: "Symlink" },
          { what: "facts/out.json", why: "Symlink" },
        ],
      });
      expect((await all()).map(({ text }) => text)).toEqual(["inside"]);
    } finally {
      await rm(outside, { recursive: true, force: true });
    }
  });

  test.each([
    ["deep.json", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "NothingToImport"],
    ["cut.json", '{"id": "fact_2026', "NothingToImport"],
    ["other.json", '{"a": 1}', "NothingToImport"],
    ["notes.txt", "plain words", "NothingToImport"],
    [
      "newer.json",
      '{"entries":[],"events":[],"format":"duro-memory","version":99}',
      "ExportTooNew",
    ],
  ])("with %s alone is a sentence, and nothing comes in", async (name, text, code) => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    for (const from of [file, folder]) {
      const problem = problemOf((await daemon.talk("import", { path: from })).answer);
      expect(problem.code).toBe(code);
      expect(problem.message).toMatch(/^Nothing was imported: .*\.$/u);
    }
    expect(await all()).toEqual([]);
  });

  test("with hostile values among good ones brings the good ones", async () => {
    await mkdir(path.join(folder, "facts"));
    const files = {
      "good.json": anArtifact("fact_20260101_000000_aaaaaa", "good"),
      "proto.json": `{"__proto__": {"x": 1}, "id": "fact_20260101_000000_bbbbbb", "type": "fact", "created_at": "2026-01-01T00:00:00Z", "tags": ["__proto__", "constructor"], "data": {"claim": "proto", "__proto__": {"claim": "evil"}, "extra": {"constructor": 1}}}`,
      "deep.json": anArtifact("fact_20260101_000000_eeeeee", "deep").replace(
        '"claim"',
        `"extra": ${"[".repeat(100_000)}${"]".repeat(100_000)}, "claim"`,
      ),
      "types.json": `{"id": 7, "type": [], "data": "x"}`,
      "number.json": anArtifact("fact_20260101_000000_cccccc", "x").replace('"x"', "1e999"),
      "latin.json": Buffer.from([0x7b, 0xff, 0x7d]),
      "large.json": anArtifact("fact_20260101_000000_dddddd", "x".repeat(800_000)),
      "huge.json": `{"a": "${"x".repeat(5_000_000)}"}`,
      "time.json": anArtifact("x", "no time").replace(/"created_at":"[^"]*",/u, ""),
    };
    for (const [name, bytes] of Object.entries(files))
      await writeFile(path.join(folder, "facts", name), bytes);
    const { imported, skipped } = await bring(folder);
    expect(imported).toBe(2);
    expect(skipped.map(({ what, why }) => `${why} ${what}`).toSorted()).toEqual([
      "NoJson facts/deep.json",
      "NoTime facts/time.json",
      "NotText facts/latin.json",
      "TooLarge fact_20260101_000000_dddddd",
      "TooLarge facts/huge.json",
      "TypeUnknown facts/types.json",
      "WrongField fact_20260101_000000_cccccc",
    ]);
    expect((await itemOf("fact", "proto")).tags).toEqual(["constructor"]);
  });

  test("that is not there, or holds no JSON, is a sentence", async () => {
    const none = path.join(folder, "nowhere");
    const missing = problemOf((await daemon.talk("import", { path: none })).answer);
    expect(missing).toMatchObject({ code: "PathUnreadable", exit: 2 });
    expect(missing.message).toContain("there is no such file or folder");
    const empty = problemOf((await daemon.talk("import", { path: folder })).answer);
    expect(empty).toMatchObject({ code: "NothingToImport", exit: 2 });
  });
});

describe("an import", () => {
  const fill = async (count: number): Promise<void> => {
    await mkdir(path.join(folder, "facts"));
    for (let index = 0; index < count; index += 1) {
      const id = `fact_20260101_000000_${String(index).padStart(6, "0")}`;
      await writeFile(
        path.join(folder, "facts", `${id}.json`),
        anArtifact(id, `${index} ${"x".repeat(3_000)}`),
      );
    }
  };

  test("that is ended goes on when it is run again", async () => {
    await fill(700);
    const { answer, said } = await daemon.talk("import", { path: folder }, (line, hangUp) => {
      if (line.phase === "writing") hangUp();
    });
    expect(problemOf(answer)).toMatchObject({ code: "Interrupted", exit: 130 });
    expect(said.map(({ phase }) => phase)).toContain("reading");
    const second = await bring(folder);
    expect(second).toMatchObject({ skipped: [] });
    expect(second.imported + second.present).toBe(700);
    expect(second.imported).toBeGreaterThan(0);
    expect(await bring(folder)).toMatchObject({ imported: 0, present: 700 });
  });

  test("does not run beside another one", async () => {
    await fill(50);
    const [one, other] = await Promise.all([
      daemon.talk("import", { path: folder }),
      daemon.talk("import", { path: folder }),
    ]);
    expect(valueOf(one.answer).imported).toBe(50);
    expect(problemOf(other.answer)).toMatchObject({ code: "ImportRuns", exit: 11 });
  });
});
