/** A whole range, page by page: for what is small, or needed at once. */
import type { Entry, KeyRange, StoreReader, StoreTable } from "../ports/localStore.ts";

const pageRowCount = 1_024;

export const readRange = async (
  reader: StoreReader,
  table: StoreTable,
  range: KeyRange,
): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  for (let from = range.from; ;) {
    const page = await reader.range(table, { from, end: range.end }, pageRowCount);
    entries.push(...page);
    const last = page.at(-1);
    if (page.length < pageRowCount || last === undefined) return entries;
    from = Uint8Array.of(...last.key, 0);
  }
};
