/** Whoever may write in a vault may write anything into its documents. Readers show it or leave it out. */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { markDuplicates } from "./commands/duplicates.ts";
import { edit } from "./commands/edit.ts";
import { forget, sweep } from "./commands/forget.ts";
import { judge, validate } from "./commands/judge.ts";
import { itemsOf, list } from "./commands/list.ts";
import { projectGroups } from "./commands/projects.ts";
import { remember } from "./commands/remember.ts";
import { docNames } from "./docs/directory.ts";
import { kindNames, kinds } from "./entities/kinds.ts";
import { bringIn } from "./testing/bringIn.ts";
import { exportDoc } from "./exchange/exportDoc.ts";
import { exportToJson, parseExport } from "./exchange/exportJson.ts";
import { exportToFiles } from "./exchange/exportMarkdown.ts";
import { parseLegacy } from "./exchange/legacy.ts";
import type { EntryId } from "./ids.ts";
import { createWorld, start, valueOf } from "./testing/replicas.ts";
import { toAgentText } from "./text/agentText.ts";
import { searchRowOf } from "./text/searchRow.ts";

const names = [
  "c",
  "constructor:x",
  "__proto__:x",
  "toString",
  "tags:__proto__",
  "tags:constructor",
  "claim",
  "decision",
  "goal",
  "name",
  "kind",
  "at",
  "pin",
  "deleted",
  "supersededBy",
  "tags:x",
  "actions:x",
  "duplicates:f_01m6gmfkg0ft692ffb8562d26s",
  "u:laptop",
  "body",
  "title",
  "started",
  "confidence",
  "provenance",
  "rationale",
  "created",
  "of",
  "t",
  "tick",
  "by",
  "resolves",
  "__proto__",
];
const ids = kindNames.flatMap((type) => {
  const { table } = kinds[type];
  const prefix = { facts: "f", decisions: "d", episodes: "ep", skills: "s", sessions: "ss" }[table];
  return prefix === undefined ? [] : [`${prefix}_01m6gmfkg0ft692ffb8562d26s`];
});

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    "",
    "fact",
    "web",
    "validate",
    "user",
    start,
    -1,
    1e300,
  ),
  fc.constantFrom<unknown>(Number.NaN, Infinity, 2n ** 60n, new Uint8Array(3), "\ud800", ...ids),
  fc.string(),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names.filter((name) => name !== "__proto__")), tie("any"), {
      maxKeys: 8,
      noNullPrototype: true,
    }),
  ),
})).any;

const shared = fc.constantFrom("map", "array", "text", "plain");
const write = fc.record({
  table: fc.constantFrom("facts", "decisions", "events", "episodes", "skills", "docs", "imported"),
  id: fc.constantFrom(...ids, "e_01m6gmfkg0ft692ffb8562d26s", "no id", "mem/_/9999-99"),
  as: shared,
  name: fc.constantFrom(...names),
  value,
  inside: shared,
});

const sharedOf = (as: string, content: unknown): unknown => {
  if (as === "map") return new Y.Map([["x", 1]]);
  if (as === "array") return Y.Array.from([1, 2]);
  return as === "text" ? new Y.Text("prose") : content;
};

/** A core that can be read, in front of what the writes break. */
const core = {
  claim: "c",
  decision: "d",
  goal: "g",
  name: "n",
  rationale: "",
  kind: "fact",
  at: start,
};

test("[MEM2] nothing that stands in a document makes a reader throw", () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 15 }), (writes) => {
      const { memory, doc } = createWorld().device("laptop");
      valueOf(remember(memory, { claim: "honest" }));
      const all = valueOf(docNames(memory)).map((name) => doc(name));
      for (const target of all)
        for (const one of writes) {
          const table = target.getMap(one.table);
          const present = table.get(one.id);
          const map: Y.Map<unknown> =
            present instanceof Y.Map ? present : new Y.Map([["c", core as unknown]]);
          if (one.as === "map" && present !== map) table.set(one.id, map);
          if (one.as === "map") map.set(one.name, sharedOf(one.inside, one.value));
          else table.set(one.id, sharedOf(one.as, one.value));
        }
      const docs = valueOf(docNames(memory));
      for (const name of docs) {
        const items = valueOf(itemsOf(memory, name, { types: kindNames }));
        items.map(searchRowOf);
        toAgentText(items);
      }
      valueOf(list(memory, { types: kindNames, limit: 3 }));
      valueOf(projectGroups(memory));
      const parts = docs.map((name) => valueOf(exportDoc(memory, name)));
      exportToFiles(parts, "md");
      const other = createWorld().device("other").memory;
      valueOf(bringIn(other, valueOf(parseExport(exportToJson(parts)))));
      for (const id of ids as EntryId[]) {
        edit(memory, id, { text: "new", addTags: ["x"], isPinned: true });
        validate(memory, id, { status: "validated", by: "user" });
        judge(memory, id, { t: "confirm", by: "user" });
      }
      valueOf(markDuplicates(memory, docs));
      forget(memory, ids as EntryId[]);
      for (const name of docs) valueOf(sweep(memory, name));
      expect(valueOf(list(memory)).items.some(({ text }) => text === "honest")).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("[MEM13] nothing in a file makes an import throw", () => {
  const types = fc.constantFrom(
    "fact",
    "decision",
    "episode",
    "skill",
    "decision_validation",
    "evaluation",
  );
  const file = fc.record({ type: types, data: value, tags: value, created_at: value });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 6 }), (files) => {
      const { memory } = createWorld().device("laptop");
      const texts = files.map((one, index) => ({
        path: `${index}.json`,
        text: JSON.stringify(
          { id: `${one.type}_20260210_123456_${index}`, ...one },
          (_, item: unknown) => (typeof item === "bigint" ? String(item) : item),
        ),
      }));
      valueOf(bringIn(memory, parseLegacy(texts)));
      const document = { format: "duro-memory", version: 1, entries: texts, events: texts };
      valueOf(bringIn(memory, valueOf(parseExport(JSON.stringify(document)))));
      expect(valueOf(list(memory)).items.length).toBeLessThanOrEqual(files.length);
    }),
    { numRuns: 150 },
  );
});
