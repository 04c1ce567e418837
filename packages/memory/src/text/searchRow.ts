/**
 * What of an entry can be searched, as a row for a full-text index. The index is derived, stands on each
 * machine, is never synced, and can be thrown away.
 */
import { actionsOf } from "../commands/episodes.ts";
import { taskComment } from "../entities/task.ts";
import type { EntryId } from "../ids.ts";
import type { DocName } from "../docs/names.ts";
import type { KindName } from "../entities/kinds.ts";
import { isJsonObject } from "../json.ts";
import type { Trust } from "../folds/trust.ts";
import type { Item } from "../views/itemTypes.ts";
import { identifierParts, searchTerms } from "./identifiers.ts";

/** Columns of the index in order, and what a hit in each weighs for bm25(). */
export const searchColumns = { title: 6, text: 5, tags: 3, detail: 1, parts: 1 } as const;
export type SearchColumn = keyof typeof searchColumns;

export interface SearchRow extends Readonly<Record<SearchColumn, string>> {
  readonly id: EntryId;
  readonly type: KindName;
  readonly doc: DocName;
  readonly project: EntryId | undefined;
  readonly atMs: number;
  readonly device: string | undefined;
  readonly trust: Trust;
  readonly isForgotten: boolean;
  readonly supersededBy: EntryId | undefined;
}

type Words = Readonly<Record<"detail" | "text" | "title", string>>;

export const searchRowOf = (item: Item): SearchRow => {
  const { id, type, doc, project, atMs, device, trust, supersededBy } = item;
  const words = wordsOf(item);
  const tags = item.tags.join(" ");
  const all = [words.title, words.text, words.detail, tags].join("\n");
  return {
    id,
    type,
    doc,
    project,
    atMs,
    device,
    trust,
    supersededBy,
    isForgotten: item.forgottenMs !== undefined,
    ...words,
    tags,
    parts: identifierParts(all).join(" "),
  };
};

/** For FTS5's MATCH: all words, each by its beginning. Undefined where nothing can be searched for. */
export const ftsQueryOf = (query: string): string | undefined => {
  const terms = searchTerms(query);
  // Terms are letters and digits only, so no quote can end the quotes.
  return terms.length === 0 ? undefined : terms.map((term) => `"${term}"*`).join(" ");
};

const lines = (
  ...parts: readonly (string | readonly (string | undefined)[] | undefined)[]
): string =>
  parts
    .flat()
    .filter((part) => part !== undefined && part !== "")
    .join("\n");

const wordsOf = (item: Item): Words => {
  switch (item.type) {
    case "fact": {
      const { snippet, urls, files } = item.core.evidence ?? {};
      const paths = files?.map(({ path }) => path);
      return { title: "", text: item.core.claim, detail: lines(snippet, urls, paths) };
    }
    case "decision":
      return decisionWords(item);
    case "episode": {
      const { plan, constraints, goal } = item.core;
      const notes = actionsOf(item.entry.lists).map(({ s }) => s);
      const detail = lines(item.entry.fields.summary, plan, constraints, notes);
      return { title: "", text: goal, detail };
    }
    case "skill": {
      const { description = "", body = "" } = item.entry.texts;
      return {
        title: item.core.name,
        text: description,
        detail: lines(body, item.entry.fields.tools),
      };
    }
    case "session": {
      const { title, digest } = item.entry.fields;
      const { firstPrompt = "", branch } = item.core;
      return { title: title?.text ?? "", text: firstPrompt, detail: lines(digest, branch) };
    }
    case "checkpoint":
      return { title: item.core.name, text: item.core.note ?? "", detail: "" };
    case "task": {
      const comments = [...(item.entry.lists["comments"]?.values() ?? [])].map(commentText);
      return {
        title: item.text,
        text: item.entry.texts["description"] ?? "",
        detail: lines(comments),
      };
    }
    case "project":
      return {
        title: item.text,
        text: "",
        detail: lines([...(item.entry.sets["remotes"]?.keys() ?? [])]),
      };
  }
};

const decisionWords = ({ core, title, standing }: Extract<Item, { type: "decision" }>): Words => ({
  title: title ?? "",
  text: core.decision,
  detail: lines(
    core.rationale,
    core.context,
    core.expected,
    core.alternatives?.flatMap(({ option, whyNot }) => [option, whyNot]),
    core.paths,
    standing.flatMap((event) => [event.core.actual, event.core.evidence?.text]),
  ),
});

const commentText = (value: unknown): string | undefined => {
  const comment = isJsonObject(value) ? taskComment.read(value, "", "lenient") : undefined;
  return comment?.ok === true ? comment.value.text : undefined;
};
