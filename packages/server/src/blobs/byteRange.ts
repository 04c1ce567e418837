/** The Range header of one request: RFC 9110 §14.1.2 and §14.2. A range we do not serve is no error. */

export type ByteRange =
  | { readonly kind: "whole" }
  /** `end` is behind the last byte. */
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

/** One range from a byte on, or of so many last bytes. More digits than this are no place in a chunk. */
const singleRange = /^bytes=(?:(?<first>\d{1,15})-(?<last>\d{0,15})|-(?<suffix>\d{1,15}))$/iu;

const whole: ByteRange = { kind: "whole" };

export const parseByteRange = (header: string | undefined, byteLength: number): ByteRange => {
  const groups = singleRange.exec(header ?? "")?.groups;
  if (groups === undefined) return whole;
  const { first, last, suffix } = groups;
  if (first === undefined) {
    const count = Math.min(Number(suffix), byteLength);
    if (count === 0) return { kind: "unsatisfiable" };
    return { kind: "part", start: byteLength - count, end: byteLength };
  }
  const start = Number(first);
  const end = last === undefined || last === "" ? byteLength : Number(last) + 1;
  if (end <= start && last !== "") return whole;
  if (start >= byteLength) return { kind: "unsatisfiable" };
  return { kind: "part", start, end: Math.min(end, byteLength) };
};
