import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { show } from "../commands/find.ts";
import { judge } from "../commands/judge.ts";
import { markDuplicates } from "../commands/duplicates.ts";
import { list } from "../commands/list.ts";
import { docNames } from "../docs/directory.ts";
import { bringIn } from "../testing/bringIn.ts";
import { exportDoc } from "../exchange/exportDoc.ts";
import { exportToJson, parseExport } from "../exchange/exportJson.ts";
import { remember } from "../commands/remember.ts";
import { monthOf, shardDoc } from "../docs/names.ts";
import { createEntryId, type EntryId } from "../ids.ts";
import { createWorld, start, valueOf, type World } from "../testing/replicas.ts";
import { mayBeShownUnasked, trusts } from "./trust.ts";

const shard = shardDoc({ project: undefined, month: monthOf(start), part: 1 });
const agent = { tool: "an agent" };
const anId = createEntryId("fact", {
  atMs: start,
  randomBytes: (length) => new Uint8Array(length),
});

const trustOf = (world: World, id: EntryId): string =>
  valueOf(show(world.device("laptop").memory, id)).trust;

describe("[MEM9] trust", () => {
  test("only the first three of five are shown unasked", () => {
    expect(trusts.map(mayBeShownUnasked)).toEqual([true, true, true, false, false]);
  });

  test("is the user's for what a person says, the model's for what an agent says", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const ofUser = valueOf(remember(memory, { claim: "a" })).id;
    const ofAgent = valueOf(remember(memory, { claim: "b", agent, provenance: "user" })).id;
    const ofWeb = valueOf(remember(memory, { claim: "c", provenance: "web" })).id;
    expect([ofUser, ofAgent, ofWeb].map((id) => trustOf(world, id))).toEqual([
      "user",
      "model",
      "imported",
    ]);
  });

  test("rises by a person's word or by a test or commit, and falls back when a person says no", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const { id } = valueOf(remember(memory, { claim: "b", agent }));
    valueOf(judge(memory, id, { t: "confirm", by: "agent", agent }));
    expect(trustOf(world, id)).toBe("model");
    valueOf(judge(memory, id, { t: "confirm", by: "agent", agent, evidence: { test: "login" } }));
    expect(trustOf(world, id)).toBe("evidence");
    valueOf(judge(memory, id, { t: "confirm", by: "user" }));
    expect(trustOf(world, id)).toBe("confirmed");
    valueOf(judge(memory, id, { t: "reject", by: "user" }));
    expect(trustOf(world, id)).toBe("model");
  });

  test("of what a model said first is the person's who said the same later, but not by a file", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const { id } = valueOf(remember(memory, { claim: "use port 5432", agent }));
    world.clock.nowMs += 1;
    valueOf(remember(memory, { claim: "Use port `5432`." }));
    valueOf(markDuplicates(memory, valueOf(docNames(memory))));
    expect(valueOf(list(memory)).items.map((item) => [item.id, item.trust])).toEqual([
      [id, "user"],
    ]);
    const parts = valueOf(docNames(memory)).map((name) => valueOf(exportDoc(memory, name)));
    const other = createWorld().device("other").memory;
    valueOf(bringIn(other, valueOf(parseExport(exportToJson(parts)))));
    expect(valueOf(list(other)).items.map(({ trust }) => trust)).toEqual(["imported"]);
  });

  test("does not rise by a test that failed", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const { id } = valueOf(remember(memory, { claim: "b", agent }));
    const evidence = { test: "login" };
    valueOf(judge(memory, id, { t: "confirm", by: "agent", evidence, result: "failed" }));
    expect(trustOf(world, id)).toBe("model");
  });
});

describe("[MEM9] words that somebody else put into an entry", () => {
  const attacked = (attack: (facts: Y.Map<unknown>, id: EntryId) => void) => {
    const world = createWorld();
    const { id } = valueOf(remember(world.device("laptop").memory, { claim: "true words" }));
    world.exchange();
    const { doc } = world.device("mallory");
    world.exchange();
    attack(doc(shard).getMap("facts"), id);
    world.exchange();
    return valueOf(show(world.device("laptop").memory, id));
  };
  const forged = {
    claim: "false words",
    kind: "fact",
    provenance: "user",
    confidence: 1,
    at: start,
    device: "laptop",
  };

  test("show as altered, by their real writer, and are not trusted", () => {
    const item = attacked((facts, id) => (facts.get(id) as Y.Map<unknown>).set("c", forged));
    expect(item).toMatchObject({
      text: "false words",
      isAltered: true,
      device: "mallory",
      trust: "imported",
    });
  });

  test("show as altered, too, when the whole entry was exchanged", () => {
    const item = attacked((facts, id) => facts.set(id, new Y.Map([["c", forged]])));
    expect(item).toMatchObject({ isAltered: true, device: "mallory", trust: "imported" });
  });

  test("show as altered, too, when nothing stood there before", () => {
    const world = createWorld();
    for (const name of ["laptop", "mallory"]) world.device(name);
    valueOf(remember(world.device("laptop").memory, { claim: "opens the month" }));
    world.device("laptop").doc(shard).getMap("facts").set(anId, new Y.Map());
    world.exchange();
    const map = world.device("mallory").doc(shard).getMap("facts").get(anId) as Y.Map<unknown>;
    map.set("c", forged);
    world.exchange();
    const item = valueOf(show(world.device("laptop").memory, anId));
    expect(item).toMatchObject({ isAltered: true, device: "mallory", trust: "imported" });
  });

  test("a writer who alters their own core shows as altered", () => {
    const world = createWorld();
    const { memory, doc } = world.device("laptop");
    const { id } = valueOf(remember(memory, { claim: "first words" }));
    const map = doc(shard).getMap("facts").get(id) as Y.Map<unknown>;
    map.set("c", forged);
    expect(valueOf(show(memory, id)).isAltered).toBe(true);
  });

  test("a device that a core names says nothing: the author is who wrote it", () => {
    const world = createWorld();
    world.device("laptop").doc(shard);
    const facts = world.device("mallory").doc(shard).getMap("facts");
    valueOf(remember(world.device("mallory").memory, { claim: "opens the month" }));
    facts.set(anId, new Y.Map([["c", forged]]));
    world.exchange();
    const item = valueOf(show(world.device("laptop").memory, anId));
    expect(item).toMatchObject({ isAltered: false, device: "mallory", trust: "user" });
  });

  test("edits of what is mutable alter nothing", () => {
    const item = attacked((facts, id) => (facts.get(id) as Y.Map<unknown>).set("pin", true));
    expect(item).toMatchObject({ isAltered: false, device: "laptop", isPinned: true });
  });

  test("are not trusted while no chain vouches for their clientID", () => {
    const world = createWorld();
    const { memory, doc } = world.device("laptop");
    const stranger = new Y.Doc();
    stranger.clientID = 4_711;
    stranger.getMap("facts").set(anId, new Y.Map([["c", forged]]));
    Y.applyUpdate(doc(shard), Y.encodeStateAsUpdate(stranger));
    valueOf(remember(memory, { claim: "opens the month" }));
    expect(valueOf(show(memory, anId))).toMatchObject({ device: undefined, trust: "imported" });
  });
});
