/**
 * Marks what says the same twice, and ends what a crash left between two documents. Run anywhere, any
 * number of times, it marks the same entries.
 */
import type { DocName } from "../docs/names.ts";
import { byAge, type EntryId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import { memberName, setFields } from "../store.ts";
import { duplicatesOf, normaliseClaim } from "../folds/supersession.ts";
import { mayBeShownUnasked } from "../folds/trust.ts";
import type { DecisionItem, FactItem } from "../views/itemTypes.ts";
import { findEntry } from "./find.ts";
import type { Changed } from "./forget.ts";
import { hiddenIn, itemsOf } from "./list.ts";

type Candidate = DecisionItem | FactItem;

/** Among the facts, and among the decisions, of each project that these documents hold. */
export const markDuplicates = (
  memory: Memory,
  names: readonly DocName[],
): Result<Changed, DocNotOpen> => {
  const candidates: Candidate[] = [];
  for (const name of names) {
    const items = itemsOf(memory, name, { types: ["fact", "decision"] });
    if (!items.ok) return items;
    for (const item of items.value) {
      if (item.type !== "fact" && item.type !== "decision") continue;
      const isHidden = hiddenIn(memory, item);
      if (typeof isHidden !== "boolean") return isHidden;
      if (!isHidden && item.forgottenMs === undefined) candidates.push(item);
    }
  }
  const groups = Map.groupBy(candidates, ({ type, project }) => `${type} ${project ?? ""}`);
  const marks: Mark[] = [];
  for (const group of groups.values()) {
    const replaced = replacedIn(group);
    marks.push(...replaced, ...duplicateMarks(group, new Set(replaced.map(({ from }) => from))));
  }
  return ok(write(memory, marks));
};

interface Mark {
  readonly from: EntryId;
  readonly to: EntryId;
  /** For the older of two that say the same: the way back, and whose word the newer was. */
  readonly duplicate?: Json;
}

/** A newer one names what it supersedes; the link from there is in another document, and may be missing. */
const replacedIn = (group: readonly Candidate[]): readonly Mark[] => {
  const ids = new Map<string, EntryId>(group.map(({ id }) => [id, id]));
  const successors = group
    .toSorted((a, b) => byAge(b.id, a.id))
    .flatMap(({ id, core }) => {
      const from = ids.get(core.supersedes ?? "");
      return from === undefined || byAge(from, id) >= 0 ? [] : [{ from, to: id }];
    });
  // Of several the oldest, on every device: the last one in wins.
  return [...new Map(successors.map((mark) => [mark.from, mark])).values()];
};

const duplicateMarks = (
  group: readonly Candidate[],
  isReplaced: ReadonlySet<EntryId>,
): readonly Mark[] => {
  const live = new Map(
    group.filter(({ id }) => !isReplaced.has(id)).map((item) => [item.id, item]),
  );
  const claims = [...live.values()].map(({ id, text, core }) => ({
    id,
    text,
    origins: core.origins ?? [],
  }));
  return [...duplicatesOf(claims)].map(([from, to]) => {
    const [newer, older] = [live.get(from), live.get(to)];
    const isSameText = normaliseClaim(newer?.text ?? "") === normaliseClaim(older?.text ?? "");
    const isTrusted = newer !== undefined && mayBeShownUnasked(newer.trust);
    return { from, to, duplicate: isSameText && isTrusted ? newer.trust : 1 };
  });
};

const write = (memory: Memory, marks: readonly Mark[]): Changed => {
  const docs = new Set<DocName>();
  for (const { from, to, duplicate } of marks) {
    const [marked, shown] = [findEntry(memory, from), findEntry(memory, to)];
    if (!marked.ok || !shown.ok) continue;
    setFields(marked.value.doc, marked.value.map, { supersededBy: to });
    docs.add(marked.value.name);
    if (duplicate === undefined) continue;
    // So that whoever forgets the older finds the newer.
    setFields(shown.value.doc, shown.value.map, { [memberName("duplicates", from)]: duplicate });
    docs.add(shown.value.name);
  }
  return { ids: marks.map(({ from }) => from), docs: [...docs] };
};
