/**
 * Counts the rows in what COPY (FORMAT binary) gives, piece by piece, wherever the pieces are cut. The
 * form stands in Postgres's manual under COPY: a signature, flags and an extension, then for each row
 * how many fields it has and every field with its length, and at last -1 where a row would begin.
 */

/** A signature of 11 bytes, flags, and the length of an extension, which nobody uses. */
const startByteLength = 11 + 4 + 4;
const noField = -1;

type Part = "start" | "row" | "field" | "end";

export interface RowCounter {
  /** False: that is not what COPY gives. */
  readonly take: (bytes: Uint8Array) => boolean;
  readonly rowCount: () => number;
  /** Whether the end was there, and nothing behind it. */
  readonly isComplete: () => boolean;
}

export const createRowCounter = (): RowCounter => {
  let part: Part = "start";
  /** Of the part that is being read: what is left to skip, then a number to read. */
  let skipped = startByteLength;
  let number = 0;
  let numberByteCount = 0;
  let fieldCount = 0;
  let rowCount = 0;

  /** Big-endian and with a sign, from 2 or 4 bytes. */
  const readNumber = (byte: number, byteLength: number): number | undefined => {
    number = (number << 8) | byte;
    numberByteCount += 1;
    if (numberByteCount < byteLength) return undefined;
    const value = byteLength === 2 ? (number << 16) >> 16 : number;
    number = 0;
    numberByteCount = 0;
    return value;
  };

  const beginNext = (): void => {
    part = fieldCount === 0 ? "row" : "field";
  };

  /** Of the part `row`. */
  const takeFieldCount = (count: number): boolean => {
    if (count < noField) return false;
    if (count === noField) part = "end";
    else {
      rowCount += 1;
      fieldCount = count;
      beginNext();
    }
    return true;
  };

  /** Of the part `field`. */
  const takeFieldLength = (byteLength: number): boolean => {
    if (byteLength < noField) return false;
    fieldCount -= 1;
    skipped = Math.max(0, byteLength);
    beginNext();
    return true;
  };

  const takeByte = (byte: number): boolean => {
    if (part === "end") return false;
    const value = readNumber(byte, part === "row" ? 2 : 4);
    if (value === undefined) return true;
    return part === "row" ? takeFieldCount(value) : takeFieldLength(value);
  };

  const take = (bytes: Uint8Array): boolean => {
    for (let at = 0; at < bytes.length;) {
      if (skipped > 0) {
        const step = Math.min(skipped, bytes.length - at);
        skipped -= step;
        at += step;
        if (part === "start" && skipped === 0) part = "row";
      } else {
        if (!takeByte(bytes[at] ?? 0)) return false;
        at += 1;
      }
    }
    return true;
  };

  return { take, rowCount: () => rowCount, isComplete: () => part === "end" };
};
