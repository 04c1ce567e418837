/** One bit of one input turned over, for the control that a case tests anything at all. */
import { hexToBytes } from "../../packages/crypto/src/bytes/hex.ts";
import { hexOf } from "./format.ts";

const flippedHex = (hex: string): string | undefined => {
  const bytes = hexToBytes(hex);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const middle = Math.floor(bytes.length / 2);
  return hexOf(bytes.with(middle, (bytes[middle] ?? 0) ^ 0x10));
};

/** Of hex, or of the last hex in a list; undefined where there is no byte to flip. */
const flipped = (value: unknown): unknown => {
  if (typeof value === "string") return flippedHex(value);
  if (!Array.isArray(value)) return undefined;
  const last = flipped(value.at(-1));
  return last === undefined ? undefined : [...value.slice(0, -1), last];
};

/** The input with a bit of that field flipped. */
export const withFlip = (input: unknown, field: string): object | undefined => {
  if (typeof input !== "object" || input === null) return undefined;
  const value = flipped(Reflect.get(input, field));
  return value === undefined ? undefined : { ...input, [field]: value };
};
