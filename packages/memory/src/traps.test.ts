/**
 * What Yjs does that a memory must not suffer from. Each trap is shown first as Yjs has it, so that the
 * test tells when Yjs changes, and then as the model keeps out of it.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { edit } from "./commands/edit.ts";
import { show } from "./commands/find.ts";
import { forget, purge, undoForget } from "./commands/forget.ts";
import { judge, validate } from "./commands/judge.ts";
import { remember, decide } from "./commands/remember.ts";
import { monthOf, shardDoc } from "./docs/names.ts";
import { createWorld, errorOf, start, valueOf } from "./testing/replicas.ts";
import { anyText } from "./testing/anyText.ts";
import { setText } from "./text/setText.ts";

const docOf = (clientId: number): Y.Doc => {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  return doc;
};

const merge = (...docs: readonly Y.Doc[]): void => {
  const updates = docs.map((doc) => Y.encodeStateAsUpdate(doc));
  for (const doc of docs) for (const update of updates) Y.applyUpdate(doc, update);
};

const thisMonth = shardDoc({ project: undefined, month: monthOf(start), part: 1 });
const aClaim = "the login test waits for port 5432";

describe("a nested map made twice under one name loses a side", () => {
  test("so it is in Yjs", () => {
    const [a, b] = [docOf(1), docOf(2)];
    a.getMap("facts").set("same", new Y.Map([["a", 1]]));
    b.getMap("facts").set("same", new Y.Map([["b", 1]]));
    merge(a, b);
    expect(a.getMap("facts").toJSON()).toEqual({ same: { b: 1 } });
  });

  test("[MEM1] two devices that remember one claim keep both entries", () => {
    const world = createWorld();
    const ids = ["laptop", "tower"].map(
      (name) => valueOf(remember(world.device(name).memory, { claim: aClaim, tags: [name] })).id,
    );
    world.exchange();
    for (const id of ids) expect(show(world.device("laptop").memory, id).ok).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });

  test("[MEM3] two devices that give an entry its first tags keep both tags", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    const { id } = valueOf(remember(laptop, { claim: aClaim }));
    world.exchange();
    valueOf(edit(laptop, id, { addTags: ["from laptop"] }));
    valueOf(edit(tower, id, { addTags: ["from tower"] }));
    world.exchange();
    expect(valueOf(show(tower, id)).tags).toEqual(["from laptop", "from tower"]);
  });
});

describe("of two concurrent sets the higher clientID wins, not the later one", () => {
  test("so it is in Yjs", () => {
    const [low, high] = [docOf(1), docOf(2)];
    high.getMap("m").set("status", "set first");
    low.getMap("m").set("status", "set an hour later");
    merge(low, high);
    expect(low.getMap("m").get("status")).toBe("set first");
  });

  test("[MEM5] [MEM7] two verdicts given offline are both kept, and the decision is contested", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    const { id } = valueOf(decide(laptop, { decision: "use SQLite", rationale: "one file" }));
    world.exchange();
    valueOf(validate(laptop, id, { status: "validated", by: "user" }));
    world.clock.nowMs += 3_600_000;
    valueOf(validate(tower, id, { status: "reversed", by: "user" }));
    world.exchange();
    for (const memory of [laptop, tower]) {
      const item = valueOf(show(memory, id));
      expect(item.type === "decision" && item.status).toBe("contested");
      expect(item.type === "decision" && item.standing.map(({ core }) => core.t)).toEqual([
        "validate",
        "reverse",
      ]);
    }
  });
});

describe("a deletion beats what was edited inside", () => {
  test("so it is in Yjs", () => {
    const [a, b] = [docOf(1), docOf(2)];
    a.getMap("facts").set("f", new Y.Map([["x", 1]]));
    merge(a, b);
    a.getMap("facts").delete("f");
    const inB = b.getMap("facts").get("f") as Y.Map<unknown>;
    inB.set("x", 2);
    merge(a, b);
    expect(b.getMap("facts").toJSON()).toEqual({});
  });

  test("[MEM10] what is edited while another device forgets it is there again after undo", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    const { id } = valueOf(remember(laptop, { claim: aClaim }));
    world.exchange();
    valueOf(forget(laptop, [id]));
    valueOf(edit(tower, id, { addTags: ["kept"], isPinned: true }));
    world.exchange();
    expect(valueOf(show(tower, id)).forgottenMs).toBe(start);
    valueOf(undoForget(tower, [id]));
    world.exchange();
    expect(valueOf(show(laptop, id))).toMatchObject({
      forgottenMs: undefined,
      tags: ["kept"],
      isPinned: true,
    });
  });
});

describe("deleted text stays in updates that are kept", () => {
  const contains = (bytes: Uint8Array, words: string): boolean =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).includes(words);

  const forgottenWorld = () => {
    const world = createWorld();
    const { memory, doc } = world.device("laptop");
    const fact = valueOf(remember(memory, { claim: "canary 71f3", tags: ["canary tag"] }));
    valueOf(edit(memory, fact.id, { isPinned: true }));
    const event = judge(memory, fact.id, {
      t: "reinforce",
      by: "user",
      evidence: { text: "canary evidence" },
    });
    valueOf(event);
    return { world, memory, doc: doc(thisMonth), id: fact.id };
  };

  test("so it is in Yjs: merged updates keep the words", () => {
    const { world, memory, id } = forgottenWorld();
    valueOf(purge(memory, [id]));
    const updates = world.sent.filter(({ name }) => name === thisMonth);
    expect(contains(Y.mergeUpdates(updates.map(({ update }) => update)), "canary")).toBe(true);
  });

  test("[MEM10] what is written anew from a fresh document after a purge has none of the words", () => {
    const { world, memory, id } = forgottenWorld();
    expect(contains(rewritten(world.sent), "canary")).toBe(true);
    valueOf(purge(memory, [id]));
    expect(contains(rewritten(world.sent), "canary")).toBe(false);
  });

  const rewritten = (sent: ReturnType<typeof createWorld>["sent"]): Uint8Array => {
    const fresh = new Y.Doc({ gc: true });
    fresh.transact(() => {
      for (const { name, update } of sent) if (name === thisMonth) Y.applyUpdate(fresh, update);
    });
    return Y.encodeStateAsUpdate(fresh);
  };

  test("[MEM10] a tombstone is an id and a time, and nothing else of the entry is left", () => {
    const { memory, doc, id } = forgottenWorld();
    valueOf(purge(memory, [id]));
    const left = Object.entries(doc.toJSON()).filter(([, table]) => JSON.stringify(table) !== "{}");
    expect(left).toEqual([["facts", { [id]: { gone: start } }]]);
  });
});

test("[MEM10] forgetting many is one edit for each document", () => {
  const world = createWorld();
  const { memory } = world.device("laptop");
  const ids = Array.from({ length: 50 }, (_, index) =>
    valueOf(remember(memory, { claim: `fact ${index}` })),
  ).map(({ id }) => id);
  const before = world.sent.length;
  valueOf(forget(memory, ids));
  expect(world.sent.length).toBe(before + 1);
  valueOf(purge(memory, ids));
  expect(world.sent.length).toBe(before + 2);
});

describe("text that its writer alone has", () => {
  test("so it is in Yjs: a lone surrogate is another sign everywhere else", () => {
    const [a, b] = [docOf(1), docOf(2)];
    a.getMap("m").set("x", "half \ud83e");
    merge(a, b);
    expect(b.getMap("m").get("x")).not.toBe(a.getMap("m").get("x"));
  });

  test("[MEM2] what is stored is what all others read", () => {
    fc.assert(
      fc.property(anyText, (words) => {
        const world = createWorld();
        const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
        const claim = `${words}\ud83e`;
        const { id } = valueOf(remember(laptop, { claim, context: 1 } as { claim: string }));
        world.exchange();
        expect(valueOf(show(tower, id)).text).toBe(valueOf(show(laptop, id)).text);
      }),
      { numRuns: 50 },
    );
  });

  test("[MEM2] saving prose never splits a pair, and other devices read the same", () => {
    // The foxes share their first half, the last two their second.
    const unit = fc.constantFrom("a", "b", "🦊", "🦉", "🇫🇷", "\n", "\u{1f600}", "\u{1fa00}");
    fc.assert(
      fc.property(fc.array(unit), fc.array(unit), (before, after) => {
        const [a, b] = [docOf(1), docOf(2)];
        const prose = a.getText("t");
        setText(a, prose, before.join(""));
        setText(a, prose, after.join(""));
        merge(a, b);
        // oxlint-disable-next-line typescript/no-base-to-string Y.Text spells itself out.
        expect([prose.toString(), b.getText("t").toString()]).toEqual(
          Array.from({ length: 2 }, () => after.join("")),
        );
      }),
      { numRuns: 300 },
    );
  });
});

test("[MEM2] a name that other devices refuse to read is never written", () => {
  const world = createWorld();
  const { memory } = world.device("laptop");
  const hostile = JSON.parse('{"claim":"x","extra":{"a":{"__proto__":{"b":1}}}}') as {
    claim: string;
  };
  const { id } = valueOf(remember(memory, { ...hostile, tags: ["toString"] }));
  valueOf(edit(memory, id, { addTags: ["constructor"] }));
  expect(valueOf(show(memory, id)).tags).toEqual(["constructor", "toString"]);
  expect(errorOf(edit(memory, id, { addTags: ["__proto__"] })).type).toBe("BadField");
  for (const { update } of world.sent)
    expect(new TextDecoder().decode(update)).not.toContain("__proto__");
});
