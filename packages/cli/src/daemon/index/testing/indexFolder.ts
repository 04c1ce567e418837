/** An index in a folder of its own, for tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEntryId, type DocName, type EntryId, type KindName } from "@duro/memory";
import { createSearchIndex } from "../createSearchIndex.ts";
import type { IndexRow, SearchIndex } from "../searchIndex.ts";

export interface IndexFolder extends Disposable {
  readonly path: string;
  /** What the log was told, in order. */
  readonly said: readonly string[];
  readonly lostCount: number;
  readonly open: () => SearchIndex;
}

export const createIndexFolder = (): IndexFolder => {
  const folder = mkdtempSync(join(tmpdir(), "duro-index-"));
  const path = join(folder, "index.db");
  const said: string[] = [];
  const opened: SearchIndex[] = [];
  let lostCount = 0;
  return {
    path,
    said,
    get lostCount() {
      return lostCount;
    },
    open: () => {
      const index = createSearchIndex({
        path,
        log: (sentence) => said.push(sentence),
        onLost: () => {
          lostCount += 1;
        },
      });
      opened.push(index);
      return index;
    },
    [Symbol.dispose]: () => {
      for (const index of opened) {
        try {
          index.close();
        } catch {
          // The test has closed it.
        }
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const docNamed = (name: string): DocName => name as DocName;

let entryCount = 0;

/** Each is newer than the one before, unless a time is given. */
export const aRow = (
  row: Partial<IndexRow> & { readonly text?: string; readonly doc?: DocName } = {},
): IndexRow => {
  entryCount += 1;
  const count = entryCount;
  const type: KindName = row.type ?? "fact";
  const atMs = row.atMs ?? Date.UTC(2026, 10, 1) + count * 1_000;
  const text = row.text ?? `words of entry ${count}`;
  return {
    id: createEntryId(type, {
      atMs,
      randomBytes: (byteLength) => Uint8Array.from({ length: byteLength }, (_, at) => count >> at),
    }),
    doc: docNamed("mem/_/2026-11"),
    project: undefined,
    device: "laptop",
    trust: "user",
    isForgotten: false,
    supersededBy: undefined,
    title: "",
    tags: (row.tagList ?? []).join(" "),
    detail: "",
    parts: "",
    line: text,
    tagList: [],
    ...row,
    type,
    atMs,
    text,
  };
};

export const idsOf = (items: readonly { readonly id: EntryId }[]): readonly EntryId[] =>
  items.map(({ id }) => id);
