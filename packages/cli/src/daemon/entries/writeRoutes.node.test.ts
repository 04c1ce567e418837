import { show } from "@duro/memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entryRoutes } from "./entryRoutes.ts";
import { openTestDaemon, problemOf, type TestDaemon, valueOf } from "./testing/openTestDaemon.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await openTestDaemon(entryRoutes);
});
afterAll(() => daemon[Symbol.asyncDispose]());

const itemOf = async (id: string) =>
  valueOf(await daemon.home.read((memory) => show(memory, id as Parameters<typeof show>[1])));

const aFact = async (text = "the login test needs port 5432"): Promise<string> =>
  valueOf(await daemon.call("remember", { text })).id;
const aDecision = async (): Promise<string> =>
  valueOf(await daemon.call("decide", { text: "use SQLite", rationale: "one file" })).id;

describe("remember", () => {
  test("stores a fact with all that was said of it", async () => {
    const { id } = valueOf(
      await daemon.call("remember", {
        text: "  tokens live for an hour ",
        kind: "gotcha",
        tags: ["auth", "#login"],
        project: "git@github.com:acme/shop.git",
        source: "src/login.ts:42",
        confidence: 0.9,
      }),
    );
    expect(await itemOf(id)).toMatchObject({
      type: "fact",
      text: "tokens live for an hour",
      tags: ["auth", "login"],
      confidence: 0.9,
      trust: "user",
      project: expect.stringMatching(/^p_/u) as unknown,
      core: {
        kind: "gotcha",
        provenance: "user",
        evidence: { files: [{ path: "src/login.ts", line: 42 }] },
      },
    });
    expect(daemon.home.index.search("tokens hour", { limit: 5 })[0]?.id).toBe(id);
  });

  test("trusts what an agent says less, and what it took from the web least", async () => {
    const said = { text: "x is y", agent: "claude-code/anthropic/opus" };
    const plain = await itemOf(valueOf(await daemon.call("remember", said)).id);
    expect(plain).toMatchObject({
      trust: "model",
      confidence: 0.5,
      core: { agent: { tool: "claude-code", model: "anthropic/opus" }, provenance: "unknown" },
    });
    const source = "https://example.org/y";
    const read = await itemOf(valueOf(await daemon.call("remember", { ...said, source })).id);
    expect(read).toMatchObject({ trust: "imported", core: { provenance: "web" } });
    const byHand = await daemon.call("remember", { text: "x is y", source });
    expect(await itemOf(valueOf(byHand).id)).toMatchObject({
      trust: "user",
      core: { evidence: { urls: [source] } },
    });
  });

  test.each([
    [{ text: " " }, "TextMissing", /empty/u],
    [{ text: "x".repeat(4_001) }, "BadField", /text .* up to 4000 characters/u],
    [{ text: "x", kind: "rumour" }, "BadField", /kind .*fact or preference/u],
    [{ text: "x", confidence: 1.5 }, "BadField", /confidence .*from 0 to 1/u],
    [{ text: "x", tags: [" "] }, "BadField", /^The list of tags is not accepted: .*100/u],
    [{ text: "x", agent: "y".repeat(501) }, "BadField", /^The agent is not accepted/u],
    [{ text: "x", source: "y ".repeat(1_001) }, "BadField", /^The source is not accepted/u],
    [{ text: "x", source: `https://${"y".repeat(500)}` }, "BadField", /^The source is not/u],
    [{ text: "x", agent: "/model" }, "BadAgent", /no name/u],
    [{ text: "x", project: "p_01jbv4xs0000000000000000gg" }, "NoProject", /No project/u],
  ])("refuses %j as %s, in a sentence", async (body, code, message) => {
    const problem = problemOf(await daemon.call("remember", body));
    expect(problem).toMatchObject({ code, exit: 2 });
    expect(problem.message).toMatch(message);
  });

  test("warns of what looks like a secret, by its kind and never by its value", async () => {
    const secret = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
    const { id, warnings } = valueOf(await daemon.call("remember", { text: `it is ${secret}` }));
    expect(warnings?.join()).toContain("an Anthropic key");
    expect(warnings?.join()).toContain(`duro forget --purge ${id}`);
    expect(warnings?.join()).not.toContain(secret);
    expect(valueOf(await daemon.call("remember", { text: "no secret" })).warnings).toBeUndefined();
  });
});

describe("decide and validate", () => {
  test("store a decision, and what became of it", async () => {
    const { id } = valueOf(
      await daemon.call("decide", {
        text: "use SQLite",
        rationale: "one file",
        expected: "no set-up",
        alternatives: ["Postgres", "LMDB"],
        tags: ["db"],
      }),
    );
    expect(await itemOf(id)).toMatchObject({
      status: "pending",
      core: { rationale: "one file", alternatives: [{ option: "Postgres" }, { option: "LMDB" }] },
    });
    const verdict = { id, status: "validated", actual: "none", evidence: "commit:1a2b3c4" };
    expect(valueOf(await daemon.call("validate", verdict))).toEqual({ id, status: "validated" });
    const after = await daemon.call("validate", { id, status: "reversed", agent: "a-tool" });
    expect(valueOf(after)).toMatchObject({ id, status: "reversed", settles: [expect.any(String)] });
    const item = await itemOf(id);
    expect(item.type === "decision" && item.standing.map(({ core }) => core)).toMatchObject([
      { t: "reverse", by: "agent", agent: { tool: "a-tool" } },
    ]);
  });

  test("refuse a fact, a status that is none, and a decision that was said anew", async () => {
    const fact = await aFact();
    const wrong = problemOf(await daemon.call("validate", { id: fact, status: "validated" }));
    expect(wrong).toMatchObject({ code: "WrongType", exit: 2 });
    expect(wrong.message).toBe(`${fact} is a fact, and this works on a decision.`);
    const id = await aDecision();
    const bad = problemOf(await daemon.call("validate", { id, status: "great" }));
    expect(bad).toMatchObject({ code: "BadStatus", exit: 2 });
    const anew = valueOf(await daemon.call("edit", { id, text: "use LMDB" }));
    const late = problemOf(await daemon.call("validate", { id, status: "validated" }));
    expect(late).toMatchObject({ code: "AlreadySuperseded", exit: 2 });
    expect(late.message).toContain(anew.id);
  });

  test.each(["text", "rationale"])("want a %s", async (name) => {
    const body = { text: "x", rationale: "y", [name]: " " };
    expect(problemOf(await daemon.call("decide", body))).toMatchObject({
      code: "TextMissing",
      exit: 2,
    });
  });
});

describe("edit", () => {
  test("of the text makes a new entry in place of the old one", async () => {
    const id = await aFact("port 5432");
    const edited = valueOf(await daemon.call("edit", { id, text: "port 5433", tags: ["db"] }));
    expect(edited).toEqual({ id: edited.id, supersedes: id });
    expect(edited.id).not.toBe(id);
    expect(await itemOf(edited.id)).toMatchObject({ text: "port 5433", tags: ["db"] });
    expect(await itemOf(id)).toMatchObject({ text: "port 5432", supersededBy: edited.id });
    const again = problemOf(await daemon.call("edit", { id, text: "port 5434" }));
    expect(again).toMatchObject({ code: "AlreadySuperseded", exit: 2 });
  });

  test("of tags, pin and confidence stays in place", async () => {
    const id = await aFact();
    const body = { id, tags: ["a", "b"], isPinned: true, confidence: 0.3 };
    expect(valueOf(await daemon.call("edit", body))).toEqual({ id });
    const item = { tags: ["a", "b"], isPinned: true, confidence: 0.3 };
    expect(await itemOf(id)).toMatchObject(item);
    valueOf(await daemon.call("edit", { id, isPinned: false, tags: ["c"] }));
    expect(await itemOf(id)).toMatchObject({ isPinned: false, tags: ["c"] });
  });

  test("finds an entry by the beginning of its id, and says when there is none", async () => {
    const id = await aFact();
    expect(valueOf(await daemon.call("edit", { id: id.slice(0, -1), tags: ["z"] }))).toEqual({
      id,
    });
    const none = "f_00000000000000000000000000";
    expect(problemOf(await daemon.call("edit", { id: none, tags: ["z"] }))).toMatchObject({
      code: "NoEntry",
      exit: 2,
    });
    expect(problemOf(await daemon.call("edit", { id: "nonsense", tags: [] }))).toMatchObject({
      code: "NotAnId",
    });
  });

  test("wants something to change, and words that are not empty", async () => {
    const id = await aFact();
    expect(problemOf(await daemon.call("edit", { id }))).toMatchObject({ code: "NothingToChange" });
    expect(problemOf(await daemon.call("edit", { id, text: "" })).code).toBe("TextMissing");
  });
});

test("new words for what is neither a fact nor a decision name what it is, and the way to say more", async () => {
  const { id } = valueOf(await daemon.call("episodeStart", { goal: "fast login" }));
  expect(problemOf(await daemon.call("edit", { id, text: "faster login" }))).toMatchObject({
    code: "NotSaidAnew",
    exit: 2,
    message: `${id} is an episode, and --text is for a fact or a decision.`,
    next: `duro episode note ${id} TEXT, which adds to it`,
  });
});

describe("an episode and a skill", () => {
  test("are begun, noted and closed", async () => {
    const { id } = valueOf(await daemon.call("episodeStart", { goal: "fast login", tags: ["x"] }));
    valueOf(await daemon.call("episodeNote", { id, text: "measured it", agent: "a-tool/m" }));
    valueOf(await daemon.call("episodeClose", { id, result: "success", summary: "twice as fast" }));
    const item = await itemOf(id);
    expect(item.type === "episode" && item.entry.fields).toMatchObject({
      status: "closed",
      result: "success",
      summary: "twice as fast",
    });
    expect(problemOf(await daemon.call("episodeClose", { id, result: "fine" })).code).toBe(
      "BadResult",
    );
    const fact = await aFact();
    expect(problemOf(await daemon.call("episodeNote", { id: fact, text: "x" }))).toMatchObject({
      code: "WrongType",
      message: `${fact} is a fact, and this works on an episode.`,
    });
  });

  test("are saved, edited under one id, shown and listed", async () => {
    const body = { name: "release", body: "1. tag\n", description: "how we release" };
    const { id } = valueOf(await daemon.call("skillSave", body));
    expect(valueOf(await daemon.call("skillSave", { ...body, body: "1. push\n" })).id).toBe(id);
    const { items } = valueOf(await daemon.call("skillShow", { name: "release" }));
    expect(items).toMatchObject([
      { id, name: "release", body: "1. push\n", description: "how we release", type: "skill" },
    ]);
    expect(valueOf(await daemon.call("skillShow", { name: id })).items).toEqual(items);
    const listed = valueOf(await daemon.call("skillList", {})).items;
    expect(listed.map((one) => [one.name, "body" in one])).toEqual([["release", false]]);
    expect(problemOf(await daemon.call("skillShow", { name: "none" })).code).toBe("NoSkill");
  });
});

test("what is forgotten is not worked on until it is back", async () => {
  const id = await aDecision();
  valueOf(await daemon.call("forget", { ids: [id], how: "forget" }));
  for (const answer of [
    await daemon.call("edit", { id, text: "y" }),
    await daemon.call("validate", { id, status: "validated" }),
  ])
    expect(problemOf<unknown>(answer)).toMatchObject({
      code: "EntryForgotten",
      next: `duro forget --undo ${id}`,
    });
});

test("without an identity every one of them says so, with 5", async () => {
  for (const route of entryRoutes) {
    const nobody = { ...daemon.daemon, home: undefined };
    const run = route.run as (daemon: unknown, body: unknown) => Promise<unknown>;
    expect(await run(nobody, {})).toMatchObject({ ok: false, error: { exit: 5 } });
  }
});
