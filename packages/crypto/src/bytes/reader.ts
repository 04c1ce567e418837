/**
 * Reads hostile bytes. Stricter than lib0's decoder, whose encoding it reads: nothing beyond the
 * view it was given, one spelling for every number, every length bounded before anything is
 * allocated, no byte left over. What it hands out is a copy, so a decoded value neither pins nor
 * shares the buffer it came from.
 */
import * as decoding from "lib0/decoding";
import { err, ok, type Result } from "../result.ts";

export interface Malformed {
  readonly type: "Malformed";
  /** What was being read: a name from docs/glossary.md. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  /** Offset in the bytes given. */
  readonly at: number;
}

/** Thrown by readers only, and caught by `decode` only. */
class MalformedBytes extends Error {
  readonly expected: string;
  readonly got: string;
  readonly at: number;

  constructor(expected: string, got: string, at: number) {
    super(`expected ${expected}, got ${got} at ${at}`);
    this.expected = expected;
    this.got = got;
    this.at = at;
  }
}

export interface Reader {
  u8(): number;
  u32(): number;
  /** A number below 2^53 in 8 bytes, little-endian. */
  u64(): number;
  /** A number below 2^53 in 1 to 8 bytes, in its shortest spelling. */
  varUint(max?: number): number;
  bytes(byteLength: number): Uint8Array;
  varBytes(byteLengthMax: number): Uint8Array;
  text(byteLengthMax: number): string;
  /** Text that somebody else will read: only looked at. */
  skipText(byteLengthMax: number): void;
  bool(): boolean;
  /** A count, then that many items. `itemByteLengthMin` stops a count that the bytes cannot hold. */
  list<T>(countMax: number, itemByteLengthMin: number, readItem: (from: Reader) => T): T[];
  rest(byteLengthMax: number): Uint8Array;
  /** A view, not a copy: for a caller that uses it up, or owns the buffer it reads. */
  view(byteLength: number): Uint8Array;
  /** Likewise, of all that is left. */
  restView(byteLengthMax: number): Uint8Array;
  refuse(expected: string, got: string): never;
  readonly at: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The decoder's own call costs more than such a text: an update may hold a hundred thousand of them. */
const shortTextByteLengthMax = 8;

const shortAscii = (encoded: Uint8Array): string | undefined => {
  if (encoded.length > shortTextByteLengthMax) return undefined;
  let text = "";
  for (const byte of encoded) {
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
};

const isAscii = (encoded: Uint8Array): boolean => {
  for (const byte of encoded) if (byte > 0x7f) return false;
  return true;
};

const createReader = (bytes: Uint8Array): Reader => {
  const decoder = decoding.createDecoder(bytes);
  const refuse = (expected: string, got: string, at = decoder.pos): never => {
    throw new MalformedBytes(expected, got, at);
  };
  const need = (byteLength: number): void => {
    const left = bytes.length - decoder.pos;
    if (left < byteLength) refuse(`${byteLength} more bytes`, `${left}`);
  };
  const view = (byteLength: number): Uint8Array => {
    need(byteLength);
    const start = decoder.pos;
    decoder.pos += byteLength;
    return bytes.subarray(start, start + byteLength);
  };
  // Not subarray().slice(): a Node Buffer's slice would be a view again.
  const take = (byteLength: number): Uint8Array => new Uint8Array(view(byteLength));
  const restLength = (byteLengthMax: number): number => {
    const left = bytes.length - decoder.pos;
    return left > byteLengthMax ? refuse(`at most ${byteLengthMax} bytes`, `${left}`) : left;
  };
  const readVarUint = (max: number): number => {
    const start = decoder.pos;
    let value = 0;
    try {
      value = decoding.readVarUint(decoder);
    } catch {
      // lib0 throws one of two bare errors here: out of bytes, or out of range.
      refuse("a number below 2^53", "a longer or unfinished one", start);
    }
    if (decoder.pos - start > 1 && bytes[decoder.pos - 1] === 0)
      refuse("the shortest spelling of a number", "a padded one", start);
    if (!Number.isSafeInteger(value)) refuse("a number below 2^53", "a larger one", start);
    if (value > max) refuse(`at most ${max}`, `${value}`, start);
    return value;
  };
  const reader: Reader = {
    u8: () => {
      need(1);
      return decoding.readUint8(decoder);
    },
    u32: () => {
      need(4);
      return decoding.readUint32(decoder);
    },
    u64: () => {
      need(8);
      const start = decoder.pos;
      const low = decoding.readUint32(decoder);
      const high = decoding.readUint32(decoder);
      return high > 0x1f_ffff
        ? refuse("a number below 2^53", "a larger one", start)
        : high * 0x1_0000_0000 + low;
    },
    varUint: (max = Number.MAX_SAFE_INTEGER) => readVarUint(max),
    bytes: take,
    varBytes: (byteLengthMax) => take(readVarUint(byteLengthMax)),
    text: (byteLengthMax) => {
      const start = decoder.pos;
      const encoded = view(readVarUint(byteLengthMax));
      const short = shortAscii(encoded);
      if (short !== undefined) return short;
      try {
        return utf8.decode(encoded);
      } catch {
        return refuse("UTF-8 text", "other bytes", start);
      }
    },
    skipText: (byteLengthMax) => {
      const start = decoder.pos;
      const encoded = view(readVarUint(byteLengthMax));
      // Asking for each byte takes a tenth of what decoding takes.
      if (isAscii(encoded)) return;
      try {
        utf8.decode(encoded);
      } catch {
        refuse("UTF-8 text", "other bytes", start);
      }
    },
    bool: () => {
      const value = reader.u8();
      return value > 1 ? refuse("0 or 1", `${value}`, decoder.pos - 1) : value === 1;
    },
    list: (countMax, itemByteLengthMin, readItem) => {
      const start = decoder.pos;
      const count = readVarUint(countMax);
      if (count * itemByteLengthMin > bytes.length - decoder.pos)
        refuse(`bytes for ${count} items`, `${bytes.length - decoder.pos} bytes`, start);
      const items = [];
      for (let at = 0; at < count; at += 1) items.push(readItem(reader));
      return items;
    },
    rest: (byteLengthMax) => take(restLength(byteLengthMax)),
    view,
    restView: (byteLengthMax) => view(restLength(byteLengthMax)),
    refuse: (expected, got) => refuse(expected, got),
    get at() {
      return decoder.pos;
    },
  };
  return reader;
};

export interface DecodeLimit {
  readonly what: string;
  readonly byteLengthMax: number;
}

/** The one door of every decoder: a value, or a named refusal with facts. */
export const decode = <T>(
  { what, byteLengthMax }: DecodeLimit,
  bytes: Uint8Array,
  read: (from: Reader) => T,
): Result<T, Malformed> => {
  if (bytes.length > byteLengthMax)
    return err({
      type: "Malformed",
      what,
      expected: `at most ${byteLengthMax} bytes`,
      got: `${bytes.length}`,
      at: byteLengthMax,
    });
  const reader = createReader(bytes);
  try {
    const value = read(reader);
    if (reader.at < bytes.length)
      reader.refuse("the end", `${bytes.length - reader.at} more bytes`);
    return ok(value);
  } catch (cause) {
    if (!(cause instanceof MalformedBytes)) throw cause;
    return err({
      type: "Malformed",
      what,
      expected: cause.expected,
      got: cause.got,
      at: cause.at,
    });
  }
};
