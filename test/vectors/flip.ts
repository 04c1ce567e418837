/** One bit of one input turned over, for the control that a case tests anything at all. */
import { hexToBytes } from "../../packages/crypto/src/bytes/hex.ts";
import { hexOf } from "./format.ts";

/** Of hex, or of the last hex in a list; undefined where there is no byte to flip. */
const flipped = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const last = flipped(value.at(-1));
    return last === undefined ? undefined : value.with(-1, last);
  }
  const bytes = typeof value === "string" ? hexToBytes(value) : undefined;
  const middle = bytes === undefined ? 0 : Math.floor(bytes.length / 2);
  const byte = bytes?.[middle];
  return bytes === undefined || byte === undefined
    ? undefined
    : hexOf(bytes.with(middle, byte ^ 0x10));
};

/** The input with a bit of that field flipped. */
export const withFlip = (input: unknown, field: string): object | undefined => {
  if (typeof input !== "object" || input === null || !(field in input)) return undefined;
  const value = flipped(Reflect.get(input, field));
  return value === undefined ? undefined : { ...input, [field]: value };
};
