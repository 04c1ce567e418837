/** Sets on the wire: strictly rising, so each has one spelling. Write and read are twins. */
import { assert } from "../result.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** A set: strictly rising, so it has one spelling and nothing stands in it twice. */
export interface RisingLimits<T> {
  readonly countMax: number;
  readonly itemByteLengthMin: number;
  readonly keyOf: (item: T) => string | number;
}

const isRising = <T>(before: T | undefined, item: T, { keyOf }: RisingLimits<T>): boolean =>
  before === undefined || keyOf(before) < keyOf(item);

export const writeRising = <T>(
  to: Writer,
  limits: RisingLimits<T>,
  items: readonly T[],
  writeItem: (to: Writer, item: T) => void,
): void => {
  assert(items.length <= limits.countMax, `a list of at most ${limits.countMax}`);
  for (const [at, item] of items.entries())
    assert(isRising(items[at - 1], item, limits), "a set is written in rising order");
  to.list(items, writeItem);
};

export const readRising = <T>(
  from: Reader,
  limits: RisingLimits<T>,
  readItem: (from: Reader) => T,
): T[] => {
  const items = from.list(limits.countMax, limits.itemByteLengthMin, readItem);
  for (const [at, item] of items.entries())
    if (!isRising(items[at - 1], item, limits))
      from.refuse("a rising list", `${limits.keyOf(item)} at place ${at}`);
  return items;
};
