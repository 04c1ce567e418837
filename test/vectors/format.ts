/**
 * The form of a vector file, as README.md tells it to other implementations. Knows no layer: what a
 * case's input holds is a matter between the layer's maker and its runner.
 */
import { bytesToHex, hexToBytes } from "../../packages/crypto/src/bytes/hex.ts";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Lowercase hex. */
export type Hex = string;

/** Hex, or hex with zeros behind it where writing them out would fill the file. */
export type Bytes = Hex | { readonly hex: Hex; readonly zeros: number };

export interface VectorCase<Input> {
  readonly name: string;
  /** Why it must come out so, in half a sentence. */
  readonly why: string;
  /** "ok", or the type of the refusal. */
  readonly expect: string;
  /** Which stage of the layer refuses, where it has several. */
  readonly stage?: string;
  /** Which rule was broken, where the refusal names one. */
  readonly rule?: string;
  readonly input: Input;
  readonly output?: Json;
}

/** Tables are what many cases share, such as logs; they stand beside the cases. */
export type VectorFile<Input, Tables extends object = object> = {
  readonly layer: string;
  readonly about: string;
} & Tables & { readonly cases: readonly VectorCase<Input>[] };

/** What came of running a case. */
export interface Ran {
  readonly outcome: string;
  readonly stage?: string;
  readonly rule?: string;
  readonly output?: Json;
}

export const hexOf = (bytes: Uint8Array): Hex => bytesToHex(bytes);

export const bytesOf = (bytes: Bytes): Uint8Array => {
  const { hex, zeros } = typeof bytes === "string" ? { hex: bytes, zeros: 0 } : bytes;
  const read = hexToBytes(hex);
  if (read === undefined) throw new TypeError("the vectors hold lowercase hex");
  const whole = new Uint8Array(read.length + zeros);
  whole.set(read);
  return whole;
};

/** Bytes become hex; what is undefined stands nowhere. */
export const jsonOf = (value: unknown): Json => {
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (typeof value !== "object") throw new TypeError(`no vector holds a ${typeof value}`);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, jsonOf(field)]),
  );
};
