/** Writes what reader.ts reads, in lib0's encoding. Numbers must fit: a wrong one is our own bug. */
import * as encoding from "lib0/encoding";
import { assert } from "../result.ts";

export interface Writer {
  u8(value: number): void;
  u32(value: number): void;
  u64(value: number): void;
  varUint(value: number): void;
  bytes(bytes: Uint8Array): void;
  varBytes(bytes: Uint8Array): void;
  text(text: string): void;
  bool(value: boolean): void;
  list<T>(items: readonly T[], writeItem: (to: Writer, item: T) => void): void;
}

/** `byteLengthMax`, where it is known, spares what is long from being copied as it grows. */
export const encode = (write: (to: Writer) => void, byteLengthMax?: number): Uint8Array => {
  const encoder = encoding.createEncoder();
  if (byteLengthMax !== undefined) encoder.cbuf = new Uint8Array(byteLengthMax);
  const writer: Writer = {
    u8: (value) => {
      assert(Number.isInteger(value) && value >= 0 && value <= 0xff, "a u8 is 0 to 255");
      encoding.writeUint8(encoder, value);
    },
    u32: (value) => {
      assert(Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff, "a u32 is below 2^32");
      encoding.writeUint32(encoder, value);
    },
    u64: (value) => {
      assert(Number.isSafeInteger(value) && value >= 0, "a u64 of ours is below 2^53");
      encoding.writeUint32(encoder, value % 0x1_0000_0000);
      encoding.writeUint32(encoder, Math.floor(value / 0x1_0000_0000));
    },
    varUint: (value) => {
      assert(Number.isSafeInteger(value) && value >= 0, "a varUint is below 2^53");
      encoding.writeVarUint(encoder, value);
    },
    bytes: (bytes) => encoding.writeUint8Array(encoder, bytes),
    varBytes: (bytes) => encoding.writeVarUint8Array(encoder, bytes),
    text: (text) => encoding.writeVarUint8Array(encoder, new TextEncoder().encode(text)),
    bool: (value) => writer.u8(value ? 1 : 0),
    list: (items, writeItem) => {
      writer.varUint(items.length);
      for (const item of items) writeItem(writer, item);
    },
  };
  write(writer);
  const isWhole = byteLengthMax !== undefined && encoder.bufs.length === 0;
  return isWhole ? encoder.cbuf.subarray(0, encoder.cpos) : encoding.toUint8Array(encoder);
};
