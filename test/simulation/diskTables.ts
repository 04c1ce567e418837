/** Tables of bytes, sorted by key, that are copied only where somebody still looks at them as they were. */
import {
  type Entry,
  type KeyRange,
  type StoreTable,
  storeTables,
  type Write,
} from "../../packages/client/src/ports/localStore.ts";
import { compareBytes } from "../../packages/client/src/testing/compareBytes.ts";

/** One moment of a disk. Nobody changes it any more. */
export type DiskImage = ReadonlyMap<StoreTable, readonly Entry[]>;

export const emptyImage = (): DiskImage => new Map(storeTables.map((table) => [table, []]));

/** The first entry that does not come before the key. */
const placeOf = (entries: readonly Entry[], key: Uint8Array): number => {
  let [from, end] = [0, entries.length];
  while (from < end) {
    const middle = (from + end) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && compareBytes(entry.key, key) < 0) from = middle + 1;
    else end = middle;
  }
  return from;
};

const isAt = (entries: readonly Entry[], at: number, key: Uint8Array): boolean => {
  const entry = entries[at];
  return entry !== undefined && compareBytes(entry.key, key) === 0;
};

const entriesOf = (image: DiskImage, table: StoreTable): readonly Entry[] => image.get(table) ?? [];

export const getFrom = (
  image: DiskImage,
  table: StoreTable,
  key: Uint8Array,
): Uint8Array | undefined => {
  const entries = entriesOf(image, table);
  const at = placeOf(entries, key);
  return isAt(entries, at, key) ? entries[at]?.value.slice() : undefined;
};

export const rangeFrom = (
  image: DiskImage,
  table: StoreTable,
  { from, end }: KeyRange,
  countMax: number,
): readonly Entry[] => {
  const entries = entriesOf(image, table);
  const first = placeOf(entries, from);
  const last = end === undefined ? entries.length : placeOf(entries, end);
  return entries
    .slice(first, Math.max(first, Math.min(last, first + countMax)))
    .map(({ key, value }) => ({ key: key.slice(), value: value.slice() }));
};

/** The next moment; tables that nobody writes to are shared with the last one. */
export const writtenTo = (image: DiskImage, writes: readonly Write[]): DiskImage => {
  const next = new Map(image);
  const own = new Map<StoreTable, Entry[]>();
  for (const write of writes) {
    const entries = own.get(write.table) ?? [...entriesOf(image, write.table)];
    own.set(write.table, entries);
    next.set(write.table, entries);
    change(entries, write);
  }
  return next;
};

const change = (entries: Entry[], write: Write): void => {
  switch (write.kind) {
    case "put": {
      const at = placeOf(entries, write.key);
      const entry = { key: write.key.slice(), value: write.value.slice() };
      entries.splice(at, isAt(entries, at, write.key) ? 1 : 0, entry);
      return;
    }
    case "delete": {
      const at = placeOf(entries, write.key);
      if (isAt(entries, at, write.key)) entries.splice(at, 1);
      return;
    }
    case "deleteRange": {
      const first = placeOf(entries, write.from);
      const last = write.end === undefined ? entries.length : placeOf(entries, write.end);
      if (last > first) entries.splice(first, last - first);
    }
  }
};

export const byteLengthOf = (image: DiskImage): number => {
  let sum = 0;
  for (const entries of image.values())
    for (const { key, value } of entries) sum += key.length + value.length;
  return sum;
};
