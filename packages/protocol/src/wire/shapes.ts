/** Shapes that many messages share, so that each has one spelling. */
import { assert, type Reader, type Writer } from "@duro/crypto/types";

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

export const writeOption = <T>(
  to: Writer,
  value: T | undefined,
  write: (to: Writer, value: T) => void,
): void => {
  to.bool(value !== undefined);
  if (value !== undefined) write(to, value);
};

export const readOption = <T>(from: Reader, read: (from: Reader) => T): T | undefined =>
  from.bool() ? read(from) : undefined;

/** One of the numbers of a wire object, in a byte. Its write is `to.u8`. */
export const readOneOf = <N extends number>(
  from: Reader,
  what: string,
  numbers: Readonly<Record<string, N>>,
): N => {
  const number = from.u8();
  return (
    Object.values(numbers).find((one) => one === number) ?? from.refuse(`a ${what}`, `${number}`)
  );
};

/** A number that counts from one. Its write is `to.varUint`. */
export const readCounting = (from: Reader, what: string, max = Number.MAX_SAFE_INTEGER): number => {
  const value = from.varUint(max);
  return value === 0 ? from.refuse(`${what} from 1`, "0") : value;
};
