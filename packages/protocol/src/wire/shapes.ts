/** Shapes that many messages share, so that each has one spelling. */
import type { Reader, Writer } from "@duro/crypto/types";

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
