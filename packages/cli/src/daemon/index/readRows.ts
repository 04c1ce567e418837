/** Searches and lists in the tables of the index. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { type EntryId, ftsQueryOf, type KindName } from "@duro/memory";
import { ageOf } from "./indexRow.ts";
import { columns, placeColumn, weights } from "./schema.ts";
import type { ForgottenRow, IndexItem, ListFilter } from "./searchIndex.ts";

const typesByDefault: readonly KindName[] = ["fact", "decision", "episode", "skill"];

const typesByDefaultSql = typesByDefault.map((type) => `'${type}'`).join(", ");

/**
 * Of more hits only the newest are ranked: a word in a thousand entries tells none of them from the
 * others, and to weigh them all would take longer than a person notices.
 */
const rankedCountMax = 1_000;
/** A question is a line. What stands behind that would only make the answer slow. */
const queryLengthMax = 1_000;
const queryWordCountMax = 24;

/** Ids have letters, digits and `_` only. */
const afterAnySign = "~";

type Hit = IndexItem & { readonly score: number };

export interface Reader {
  search(query: string, filter: ListFilter): readonly Hit[];
  list(filter: ListFilter): { readonly items: readonly IndexItem[]; readonly next?: EntryId };
  countByType(): ReadonlyMap<KindName, number>;
  markOf(doc: string): string | undefined;
  idsBeginning(text: string, limit: number): readonly EntryId[];
  forgottenSince(sinceMs: number): readonly ForgottenRow[];
}

export const createReader = (db: DatabaseSync): Reader => {
  const prepared = new Map<string, StatementSync>();
  const all = (sql: string, values: readonly SQLInputValue[]) => {
    const statement = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, statement);
    return statement.all(...values) as unknown as readonly EntryRow[];
  };
  return {
    search: (query, filter) => {
      const words = matchOf(query, filter);
      if (words === undefined) return [];
      const [sql, values] = searchSql(words, filter);
      return all(sql, values).map((row) => Object.assign(itemOf(row), { score: scoreOf(row) }));
    },
    list: (filter) => {
      const rareTag = filter.tags?.find(
        (tag) => all(tagCountSql, [tag])[0]?.count !== rareCountMax,
      );
      const parts = (filter.types ?? typesByDefault).flatMap((type) =>
        (filter.projects ?? [undefined]).map((project) =>
          listSql(filter, { type, project, rareTag }),
        ),
      );
      const rows = parts.flatMap(([sql, values]) => all(sql, values));
      const sorted = rows.toSorted((a, b) => (a.age < b.age ? 1 : a.age > b.age ? -1 : 0));
      const items = sorted.slice(0, filter.limit).map(itemOf);
      const next = rows.length > filter.limit ? items.at(-1)?.id : undefined;
      return next === undefined ? { items } : { items, next };
    },
    countByType: () => {
      const sql = "SELECT type, count(*) AS count FROM entry WHERE isHidden = 0 GROUP BY type";
      return new Map(all(sql, []).map(({ type, count }) => [type, count]));
    },
    forgottenSince: (sinceMs) => {
      const sql = `SELECT id, forgottenBy AS device, forgottenMs AS atMs FROM entry
        WHERE forgottenMs >= ? AND forgottenBy IS NOT NULL AND link IS NULL
        ORDER BY forgottenMs, id`;
      return all(sql, [sinceMs]) as unknown as readonly ForgottenRow[];
    },
    idsBeginning: (text, limit) => {
      const sql = "SELECT id FROM entry WHERE id >= ? AND id < ? ORDER BY id LIMIT ?";
      return all(sql, [text, `${text}${afterAnySign}`, limit]).map(({ id }) => id);
    },
    markOf: (doc) => all("SELECT mark FROM doc WHERE name = ?", [doc])[0]?.mark,
  };
};

/** What any of the statements below gives; each only its own part of it. */
interface EntryRow {
  readonly id: EntryId;
  readonly age: string;
  readonly type: KindName;
  readonly line: string;
  readonly atMs: number;
  readonly device: string | null;
  readonly tags: string;
  readonly project: EntryId | null;
  readonly rank: number;
  readonly count: number;
  readonly mark: string;
}

const shownColumns = ["id", "age", "type", "line", "atMs", "device", "tags", "project"]
  .map((name) => `entry.${name}`)
  .join(", ");

const itemOf = (row: EntryRow): IndexItem => ({
  id: row.id,
  type: row.type,
  text: row.line,
  atMs: row.atMs,
  device: row.device ?? undefined,
  tags: JSON.parse(row.tags) as string[],
  project: row.project ?? undefined,
});

/** More is better. Four digits: what is behind them changes with every entry. */
const scoreOf = ({ rank }: EntryRow): number => Number((-rank).toPrecision(4));

type Sql = readonly [sql: string, values: readonly SQLInputValue[]];

/** Of tags and times; types and projects are in the words of a search, and in the index of a list. */
const narrow = ({ tags = [], sinceMs, after }: ListFilter): Sql => {
  const conditions = tags.map(
    () => "EXISTS (SELECT 1 FROM tag AS other WHERE other.name = ? AND other.entry = entry.rowid)",
  );
  const values: SQLInputValue[] = [...tags];
  if (sinceMs !== undefined) {
    conditions.push("entry.atMs >= ?");
    values.push(sinceMs);
  }
  if (after !== undefined) {
    conditions.push("entry.age < ?");
    values.push(ageOf(after));
  }
  return [conditions.map((condition) => ` AND ${condition}`).join(""), values];
};

const matchOf = (query: string, { types, projects }: ListFilter): string | undefined => {
  const asked = ftsQueryOf(query.slice(0, queryLengthMax).toWellFormed());
  if (asked === undefined || types?.length === 0 || projects?.length === 0) return undefined;
  const words = asked.split(" ").slice(0, queryWordCountMax).map(wholeIfOneSign).join(" ");
  const anyOf = (names: readonly string[]): string =>
    `{${placeColumn}} : (${names.map((name) => `"${name}"`).join(" OR ")})`;
  const places = [types, projects?.map(ageOf)].flatMap((names) =>
    names === undefined ? [] : [anyOf(names)],
  );
  return [`{${columns.join(" ")}} : (${words})`, ...places].join(" AND ");
};

/** One letter begins every tenth word: by itself it is a word, not the beginning of one. */
const wholeIfOneSign = (word: string): string => word.replace(/^("[a-z0-9]")\*$/u, "$1");

const searchSql = (match: string, filter: ListFilter): Sql => {
  const [conditions, values] = narrow(filter);
  // Nearly all entries are of the types that are searched if nothing is said: cheaper than by words.
  const ofType = filter.types === undefined ? ` AND entry.type IN (${typesByDefaultSql})` : "";
  return [
    `SELECT * FROM (
      SELECT ${shownColumns}, bm25(words, ${weights.join(", ")}) AS rank
      FROM words CROSS JOIN entry ON entry.rowid = words.rowid
      WHERE words MATCH ? AND entry.isHidden = 0${ofType}${conditions}
      ORDER BY words.rowid DESC LIMIT ${rankedCountMax}
    ) ORDER BY rank, age DESC LIMIT ?`,
    [match, ...values, filter.limit],
  ];
};

interface ListPart {
  readonly type: KindName;
  readonly project: EntryId | undefined;
  readonly rareTag: string | undefined;
}

/** Of each combination the index has its entries in order already. Those of a rare tag are sorted instead. */
const listSql = (filter: ListFilter, { type, project, rareTag }: ListPart): Sql => {
  const [conditions, values] = narrow(filter);
  const from =
    rareTag === undefined
      ? "entry WHERE"
      : "tag CROSS JOIN entry ON entry.rowid = tag.entry WHERE tag.name = ? AND";
  const ofProject = project === undefined ? "" : " AND entry.project = ?";
  return [
    `SELECT ${shownColumns} FROM ${from} entry.isHidden = 0 AND entry.type = ?${ofProject}${conditions}
      ORDER BY entry.age DESC LIMIT ?`,
    [
      ...(rareTag === undefined ? [] : [rareTag]),
      type,
      ...(project === undefined ? [] : [project]),
      ...values,
      filter.limit + 1,
    ],
  ];
};

/** Sooner sorted than found among all entries. */
const rareCountMax = 1_000;
const tagCountSql = `SELECT count(*) AS count FROM (SELECT 1 FROM tag WHERE name = ? LIMIT ${rareCountMax})`;
