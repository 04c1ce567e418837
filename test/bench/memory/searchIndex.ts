/** The index alone, in this process, beside a bare FTS5 table with the same texts. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSearchIndex } from "../../../packages/cli/src/daemon/index/createSearchIndex.ts";
import type { IndexRow } from "../../../packages/cli/src/daemon/index/searchIndex.ts";
import { createEntryId, type DocName, ftsQueryOf } from "../../../packages/memory/src/index.ts";
import { identifierParts } from "../../../packages/memory/src/text/identifiers.ts";
import { quantileOf, spreadOf } from "../relay/figures.ts";
import { atMost, type Goal, printTable } from "../relay/table.ts";
import { createFacts, questions } from "./facts.ts";
import type { BenchOptions } from "./options.ts";

const mib = 1_048_576;
const dayMs = 86_400_000;
const startMs = Date.UTC(2025, 10, 1);
const docCount = 12;

const searchMsGoal = 20;
const listMsGoal = 10;
const openMsGoal = 50;

const createRows = (factCount: number): ReadonlyMap<DocName, readonly IndexRow[]> => {
  const rows = createFacts(factCount).map(({ claim, tags, snippet }, at): IndexRow => {
    const atMs = startMs + Math.floor((at * 365 * dayMs) / factCount);
    const randomBytes = (byteLength: number) => crypto.getRandomValues(new Uint8Array(byteLength));
    return {
      id: createEntryId("fact", { atMs, randomBytes }),
      type: "fact",
      doc: `mem/_/2026-${String(Math.floor((at * docCount) / factCount) + 1).padStart(2, "0")}` as DocName,
      project: undefined,
      atMs,
      device: "bench",
      trust: "user",
      isForgotten: false,
      supersededBy: undefined,
      title: "",
      text: claim,
      tags: tags.join(" "),
      detail: snippet,
      parts: identifierParts(`${claim}\n${snippet}\n${tags.join(" ")}`).join(" "),
      line: claim,
      tagList: tags,
    };
  });
  return Map.groupBy(rows, ({ doc }) => doc);
};

const timed = <T>(work: () => T): readonly [value: T, ms: number] => {
  const began = performance.now();
  const value = work();
  return [value, performance.now() - began];
};

const timesOf = (count: number, work: () => unknown): readonly number[] =>
  Array.from({ length: count }, () => timed(work)[1]);

const text = (ms: number): string => ms.toFixed(ms < 10 ? 2 : 0);

export const benchSearchIndex = async ({
  factCount,
  askCount,
}: BenchOptions): Promise<readonly Goal[]> => {
  const folder = mkdtempSync(join(tmpdir(), "duro-bench-index-"));
  const path = join(folder, "index.db");
  const rowsByDoc = createRows(factCount);
  const all = [...rowsByDoc.values()].flat();
  const open = () => createSearchIndex({ path, log: (sentence) => console.log(sentence) });
  let index = open();
  const docMs = [...rowsByDoc].map(
    ([doc, rows]) => timed(() => index.replaceDoc(doc, "1", rows))[1],
  );
  const [first] = rowsByDoc;
  if (first === undefined) throw new Error("no facts");
  const [doc, rows] = first;
  const sameMs = timed(() => index.replaceDoc(doc, "2", rows))[1];
  const turnMs: number[] = [];
  const changed = rows.map((row) => Object.assign({ ...row }, { text: `${row.text} anew` }));
  let began = performance.now();
  await index.replaceDocInTurns(doc, "3", changed, async () => {
    turnMs.push(performance.now() - began);
    await new Promise(setImmediate);
    began = performance.now();
  });
  const oneMs = timesOf(50, () => index.updateEntries(doc, "4", changed.slice(0, 1), []));
  index.close();
  const [reopened, openMs] = timed(open);
  index = reopened;

  const peer = new DatabaseSync(join(folder, "peer.db"));
  peer.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  peer.exec("CREATE VIRTUAL TABLE fact USING fts5(text, tags, detail)");
  const insert = peer.prepare("INSERT INTO fact VALUES (?, ?, ?)");
  const peerMs = timed(() => {
    peer.exec("BEGIN");
    for (const row of all) insert.run(row.text, row.tags, row.detail);
    peer.exec("COMMIT");
  })[1];
  const ask = peer.prepare("SELECT rowid FROM fact WHERE fact MATCH ? ORDER BY rank LIMIT 20");

  console.log(`The index of ${factCount} facts, ms; a bare FTS5 table in the last columns`);
  printTable(
    ["search", "hits", "median", "p99", "bare median", "bare p99"],
    questions.map(([what, words]) => {
      const ours = timesOf(askCount, () => index.search(words, { limit: 20 }));
      const bare = timesOf(askCount, () => ask.all(ftsQueryOf(words) ?? '""'));
      const hits = index.search(words, { limit: 200 }).length;
      const at = (values: readonly number[], share: number) => text(quantileOf(values, share));
      return [
        what,
        hits >= 200 ? "200+" : String(hits),
        at(ours, 0.5),
        at(ours, 0.99),
        at(bare, 0.5),
        at(bare, 0.99),
      ];
    }),
  );
  const searches = questions.flatMap(([, words]) =>
    timesOf(askCount, () => index.search(words, { limit: 20 })),
  );
  const next = index.list({ limit: 50 }).next;
  const lists = [
    {},
    { after: next },
    { tags: ["area-7"] },
    { tags: ["area-7", "team-3"] },
    { types: ["skill"] as const },
    { sinceMs: startMs + 358 * dayMs },
  ].flatMap((filter) => timesOf(askCount, () => index.list({ limit: 50, ...filter })));
  const totalMs = docMs.reduce((sum, ms) => sum + ms, 0);
  printTable(
    ["", "ms"],
    [
      ["all documents brought in", text(totalMs)],
      ["  a bare FTS5 table filled", text(peerMs)],
      [`a document of ${rows.length}`, text(quantileOf(docMs, 0.5))],
      ["  that has not changed", text(sameMs)],
      ["  in turns: the longest of them", text(Math.max(...turnMs))],
      ["one entry", text(quantileOf(oneMs, 0.5))],
      ["opened", text(openMs)],
      ["MiB on disk", text(statSync(path).size / mib)],
    ],
  );
  index.close();
  peer.close();
  rmSync(folder, { recursive: true, force: true });
  return [
    atMost({
      what: "index: a search, p99 ms",
      limit: searchMsGoal,
      found: spreadOf([quantileOf(searches, 0.99)]),
    }),
    atMost({
      what: "index: a list, p99 ms",
      limit: listMsGoal,
      found: spreadOf([quantileOf(lists, 0.99)]),
    }),
    atMost({ what: "index: opened, ms", limit: openMsGoal, found: spreadOf([openMs]) }),
  ];
};
