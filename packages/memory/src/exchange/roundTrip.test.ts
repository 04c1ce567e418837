import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markDuplicates } from "../commands/duplicates.ts";
import { edit } from "../commands/edit.ts";
import { closeEpisode, linkEpisode, noteInEpisode, startEpisode } from "../commands/episodes.ts";
import { forget, purge, undoForget } from "../commands/forget.ts";
import { judge, validate } from "../commands/judge.ts";
import { list } from "../commands/list.ts";
import { ensureProjectNamed } from "../commands/projectNamed.ts";
import { decide, remember } from "../commands/remember.ts";
import { countUse, saveSkill } from "../commands/skills.ts";
import { docNames } from "../docs/directory.ts";
import { kindNames } from "../entities/kinds.ts";
import type { EntryId } from "../ids.ts";
import type { Memory } from "../memory.ts";
import { anyText } from "../testing/anyText.ts";
import { bringIn } from "../testing/bringIn.ts";
import { createWorld, valueOf } from "../testing/replicas.ts";
import { exportDoc } from "./exportDoc.ts";
import { exportToJson, parseExport } from "./exportJson.ts";
import { planImport } from "./planImport.ts";
import { batchesOf } from "./writeImport.ts";

const exported = (memory: Memory): string =>
  exportToJson(valueOf(docNames(memory)).map((name) => valueOf(exportDoc(memory, name))));

interface Step {
  readonly device: number;
  readonly what: number;
  readonly of: number;
  readonly to: number;
  readonly text: string;
  readonly isExchanged: boolean;
  readonly days: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  device: fc.integer({ min: 0, max: 1 }),
  what: fc.integer({ min: 0, max: 15 }),
  of: fc.nat(),
  to: fc.nat(),
  text: fc.oneof(
    fc.constantFrom("a", "A.", "it is b", "the d_ id"),
    anyText.map((text) => `${text.slice(0, 200)}x`),
  ),
  isExchanged: fc.boolean(),
  days: fc.integer({ min: 0, max: 20 }),
});

const among = <T>(all: readonly T[], index: number): T | undefined => all[index % all.length];

/** What does not fit what is there is refused, and that is fine. */
const take = (memory: Memory, { what, of, to, text }: Step): void => {
  const all = valueOf(list(memory, { types: [...kindNames], limit: 500, withHidden: true })).items;
  const id = among(all, of)?.id ?? ("f_00000000000000000000000000" as EntryId);
  const other = among(all, to)?.id ?? id;
  const project = among(
    all.filter(({ type }) => type === "project"),
    to,
  )?.id;
  const does = [
    () => remember(memory, { claim: text, project, tags: ["x:y", "constructor"] }),
    () => remember(memory, { claim: text, agent: { tool: "t" }, evidence: { snippet: text } }),
    () => decide(memory, { decision: text, rationale: text, project }),
    () => edit(memory, id, { text, tags: ["b"], confidence: 0.25 }),
    () => edit(memory, id, { isPinned: true, addTags: [text.slice(0, 20)] }),
    () => validate(memory, id, { status: "reversed", by: "user", actual: text }),
    () => validate(memory, id, { status: "validated", by: "agent", evidence: { text } }),
    () => judge(memory, id, { t: "confirm", by: "user" }),
    () => startEpisode(memory, { goal: text, project }),
    () => noteInEpisode(memory, id, { text }),
    () => linkEpisode(memory, id, { relation: "used", to: other }),
    () => closeEpisode(memory, id, { result: "failed", summary: text }),
    () => saveSkill(memory, { name: text.slice(0, 3), body: text, description: text }),
    () => countUse(memory, id, { isOk: true }),
    () => ensureProjectNamed(memory, to % 2 === 0 ? `git@h.org:a/${to % 3}.git` : `n${to % 3}`),
    () =>
      to % 3 === 0
        ? purge(memory, [id])
        : to % 3 === 1
          ? forget(memory, [id])
          : undoForget(memory, [id]),
  ];
  does[what]?.();
};

const historyOf = (steps: readonly Step[]): readonly Memory[] => {
  const world = createWorld();
  const memories = ["laptop", "tower"].map((name) => world.device(name).memory);
  for (const one of steps) {
    world.clock.nowMs += one.days * 86_400_000 + 1;
    const memory = memories[one.device];
    if (memory !== undefined) take(memory, one);
    if (one.isExchanged) world.exchange();
  }
  for (const memory of memories) valueOf(markDuplicates(memory, valueOf(docNames(memory))));
  world.exchange();
  return memories;
};

describe("[MEM12] any history", () => {
  test("is exported alike on all devices, and from where that export was brought in", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const texts = historyOf(steps).map(exported);
        const [text = ""] = texts;
        expect(texts[1]).toBe(text);
        const other = createWorld().device("other").memory;
        expect(valueOf(bringIn(other, valueOf(parseExport(text)))).skipped).toEqual([]);
        expect(exported(other)).toBe(text);
      }),
      { numRuns: 150 },
    );
  });

  test("comes in whole after an import that was cut short behind any of its batches", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), fc.nat(), (steps, at) => {
        const text = exported(historyOf(steps)[0] ?? createWorld().device("x").memory);
        const { memory } = createWorld().device("other");
        const batches = batchesOf(valueOf(planImport(memory, valueOf(parseExport(text)))), 500);
        for (const batch of batches.slice(0, at % (batches.length + 1)))
          valueOf(batch.write(memory));
        valueOf(bringIn(memory, valueOf(parseExport(text))));
        expect(exported(memory)).toBe(text);
        expect(valueOf(bringIn(memory, valueOf(parseExport(text)))).importedCount).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
