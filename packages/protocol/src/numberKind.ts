/**
 * Small numbers that name something, branded so that two kinds cannot be swapped. The twin of
 * crypto's idKind; the cast to a brand happens in this file only.
 */
import { assert, err, ok, type Reader, type Result, type Writer } from "@duro/crypto/types";

export interface NumberOutOfRange {
  readonly type: "NumberOutOfRange";
  readonly what: string;
  readonly max: number;
  readonly got: number;
}

export interface NumberKind<N extends number> {
  readonly what: string;
  readonly max: number;
  /** From a number that came from outside. */
  parse(value: number): Result<N, NumberOutOfRange>;
  /** From a number that is one of this kind by construction. */
  fromNumber(value: number): N;
  read(from: Reader): N;
  write(to: Writer, value: N): void;
}

export const numberKind = <N extends number>(what: string, max: number): NumberKind<N> => {
  const isOne = (value: number): value is N =>
    Number.isSafeInteger(value) && value >= 0 && value <= max;
  const fromNumber = (value: number): N => {
    assert(isOne(value), `a ${what} is 0 to ${max}`);
    return value;
  };
  return {
    what,
    max,
    parse: (value) =>
      isOne(value) ? ok(value) : err({ type: "NumberOutOfRange", what, max, got: value }),
    fromNumber,
    read: (from) => fromNumber(from.varUint(max)),
    write: (to, value) => to.varUint(fromNumber(value)),
  };
};
