/** Whole ranges, page by page. */
import type { Entry, KeyRange, StoreReader, StoreTable } from "../ports/localStore.ts";

const pageRowCount = 1_024;

/** For what is small, or needed at once. */
export const readRange = (
  reader: StoreReader,
  table: StoreTable,
  range: KeyRange,
): Promise<readonly Entry[]> => mapRange(reader, table, range, (entry) => entry);

/** For that of which little is kept: no more than a page of it is here at once. */
export const mapRange = async <T>(
  reader: StoreReader,
  table: StoreTable,
  range: KeyRange,
  map: (entry: Entry) => T,
): Promise<readonly T[]> => {
  const mapped: T[] = [];
  for (let from = range.from; ;) {
    const page = await reader.range(table, { from, end: range.end }, pageRowCount);
    for (const entry of page) mapped.push(map(entry));
    const last = page.at(-1);
    if (page.length < pageRowCount || last === undefined) return mapped;
    from = Uint8Array.of(...last.key, 0);
  }
};
