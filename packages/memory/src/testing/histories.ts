/** What devices may do with a memory, and hear of each other, in any order: for properties. */
import fc from "fast-check";
import { edit } from "../commands/edit.ts";
import { forget, purge, sweep, undoForget } from "../commands/forget.ts";
import { judge, validate } from "../commands/judge.ts";
import { list } from "../commands/list.ts";
import { markDuplicates } from "../commands/duplicates.ts";
import { decide, remember } from "../commands/remember.ts";
import { docNames } from "../docs/directory.ts";
import type { EntryId } from "../ids.ts";
import { aDay, type Device, valueOf, type World } from "./replicas.ts";

export const deviceNames = ["laptop", "tower", "phone"];

export const step = fc.record({
  who: fc.constantFrom(...deviceNames),
  what: fc.constantFrom(
    "remember",
    "decide",
    "edit",
    "reword",
    "validate",
    "reverse",
    "confirm",
    "forget",
    "undo",
    "purge",
    "sweep",
    "duplicates",
    "hear",
    "wait",
  ),
  which: fc.nat(30),
  word: fc.constantFrom("port 5432", "Port 5432.", "use SQLite", "retry twice"),
});
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export const idsOn = ({ memory }: Device): readonly EntryId[] =>
  valueOf(list(memory, { withHidden: true, limit: 1_000 })).items.map(({ id }) => id);

export const markAll = ({ memory }: Device): unknown =>
  markDuplicates(memory, valueOf(docNames(memory)));

export const shuffledBy =
  (keys: readonly number[]) =>
  <T>(all: readonly T[]): readonly T[] =>
    all
      .map((one, index) => ({ one, key: keys[index % keys.length] ?? 0 }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ one }) => one);

export const play = (world: World, { who, what, which, word }: Step): unknown => {
  const device = world.device(who);
  const { memory } = device;
  if (what === "remember") return remember(memory, { claim: word, tags: [word] });
  if (what === "decide") return decide(memory, { decision: word });
  if (what === "hear") return world.exchange(shuffledBy([which, 7, 3, which * 5]), who);
  if (what === "wait") return (world.clock.nowMs += which * aDay);
  if (what === "duplicates") return markAll(device);
  if (what === "sweep") return valueOf(docNames(memory)).map((name) => sweep(memory, name));
  const ids = idsOn(device);
  const id = ids[which % Math.max(1, ids.length)];
  if (id === undefined) return undefined;
  if (what === "edit") return edit(memory, id, { addTags: [who], isPinned: which % 2 === 0 });
  if (what === "reword") return edit(memory, id, { text: word, confidence: 0.7 });
  if (what === "validate") return validate(memory, id, { status: "validated", by: "user" });
  if (what === "reverse") return validate(memory, id, { status: "reversed", by: "user" });
  if (what === "confirm") return judge(memory, id, { t: "confirm", by: "user" });
  if (what === "forget") return forget(memory, [id]);
  return what === "undo" ? undoForget(memory, [id]) : purge(memory, [id]);
};
