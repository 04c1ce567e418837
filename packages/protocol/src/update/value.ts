/** Values as lib0 writes them, and JSON in text. Only walked through: whoever applies the update reads them. */
import type { Reader } from "@duro/crypto/types";
import { dataContentByteLengthMax, valueDepthMax } from "../limits.ts";
import { readName } from "./names.ts";

const ValueTag = {
  Bytes: 116,
  List: 117,
  Record: 118,
  Text: 119,
  True: 120,
  False: 121,
  BigInt: 122,
  Float64: 123,
  Float32: 124,
  Integer: 125,
  Null: 126,
  Undefined: 127,
} as const;

const float32ByteLength = 4;
const longByteLength = 8;

export const readValue = (from: Reader): void => readValueAt(from, 0);

const readValueAt = (from: Reader, depth: number): void => {
  if (depth > valueDepthMax) from.refuse(`at most ${valueDepthMax} values in each other`, "more");
  const tag = from.u8();
  switch (tag) {
    case ValueTag.Null:
    case ValueTag.Undefined:
    case ValueTag.True:
    case ValueTag.False:
      return undefined;
    case ValueTag.Integer:
      return readInteger(from);
    case ValueTag.Float32:
      return void from.view(float32ByteLength);
    case ValueTag.Float64:
    case ValueTag.BigInt:
      return void from.view(longByteLength);
    case ValueTag.Text:
      return from.skipText(dataContentByteLengthMax);
    case ValueTag.Bytes:
      return void from.view(from.varUint(dataContentByteLengthMax));
    case ValueTag.List:
      return void from.list(dataContentByteLengthMax, 1, () => readValueAt(from, depth + 1));
    case ValueTag.Record:
      return void from.list(dataContentByteLengthMax, 2, () => {
        readName(from);
        readValueAt(from, depth + 1);
      });
    default:
      return from.refuse("a value", `tag ${tag}`);
  }
};

/** The first byte has a sign and six bits, each further one seven. */
const readInteger = (from: Reader): void => {
  let byte = from.u8();
  let value = byte & 0x3f;
  for (let factor = 0x40; (byte & 0x80) !== 0; factor *= 0x80) {
    byte = from.u8();
    value += (byte & 0x7f) * factor;
    if (value > Number.MAX_SAFE_INTEGER) from.refuse("a number below 2^53", "a larger one");
  }
};

export const refuseJson = (from: Reader, text: string): void => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    from.refuse("JSON", "other text");
  }
  refuseJsonAt(from, value, 0);
};

const refuseJsonAt = (from: Reader, value: unknown, depth: number): void => {
  if (depth > valueDepthMax) from.refuse(`at most ${valueDepthMax} values in each other`, "more");
  if (typeof value !== "object" || value === null) return;
  if (Object.hasOwn(value, "__proto__")) from.refuse("another name", "__proto__");
  for (const member of Object.values(value)) refuseJsonAt(from, member, depth + 1);
};
