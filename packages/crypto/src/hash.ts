/**
 * Labelled hashing and derivation. The input is always label, then each part, all with their
 * lengths in front, so no two different inputs are the same bytes: docs/crypto.md §2.
 */
import { concatBytes } from "./bytes/bytes.ts";
import type { Label } from "./labels.ts";
import { blake2b } from "./sodium.ts";

/** Up to here joining is cheaper than streaming: each streamed part costs a call into WASM. */
const joinedByteLengthMax = 16_384;

const labelBytes = new Map<Label, Uint8Array>();

const bytesOfLabel = (label: Label): Uint8Array => {
  const known = labelBytes.get(label);
  if (known) return known;
  const text = new TextEncoder().encode(label);
  const made = new Uint8Array(1 + text.length);
  made[0] = text.length;
  made.set(text, 1);
  labelBytes.set(label, made);
  return made;
};

/** label length (1 byte), label, then for each part its length (4 bytes, little-endian) and bytes. */
export const framed = (label: Label, parts: readonly Uint8Array[]): Uint8Array => {
  const head = bytesOfLabel(label);
  let byteLength = head.length;
  for (const part of parts) byteLength += 4 + part.length;
  const whole = new Uint8Array(byteLength);
  const view = new DataView(whole.buffer);
  whole.set(head, 0);
  let at = head.length;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    whole.set(part, at + 4);
    at += 4 + part.length;
  }
  return whole;
};

/** Small parts are joined, large ones handed on as they are: copying them would cost a tenth. */
const framedSegments = (label: Label, parts: readonly Uint8Array[]): readonly Uint8Array[] => {
  const segments: Uint8Array[] = [];
  let joined = [bytesOfLabel(label)];
  for (const part of parts) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, part.length, true);
    joined.push(length);
    if (part.length <= joinedByteLengthMax) joined.push(part);
    else {
      segments.push(concatBytes(...joined), part);
      joined = [];
    }
  }
  return joined.length === 0 ? segments : [...segments, concatBytes(...joined)];
};

const blake2bFramed = (
  byteLength: number,
  key: Uint8Array | null,
  label: Label,
  parts: readonly Uint8Array[],
): Uint8Array => {
  let partsByteLength = 0;
  for (const part of parts) partsByteLength += part.length;
  return blake2b(
    byteLength,
    key,
    partsByteLength <= joinedByteLengthMax ? [framed(label, parts)] : framedSegments(label, parts),
  );
};

export const hash32 = (label: Label, ...parts: readonly Uint8Array[]): Uint8Array =>
  blake2bFramed(32, null, label, parts);

/** For ids that are names: docs/crypto.md §3 says which, and why 16 bytes do. */
export const hash16 = (label: Label, ...parts: readonly Uint8Array[]): Uint8Array =>
  blake2bFramed(16, null, label, parts);

/** A key for one purpose, from a key for all purposes. */
export const derive32 = (
  key: Uint8Array,
  label: Label,
  ...parts: readonly Uint8Array[]
): Uint8Array => blake2bFramed(32, key, label, parts);

export const derive24 = (
  key: Uint8Array,
  label: Label,
  ...parts: readonly Uint8Array[]
): Uint8Array => blake2bFramed(24, key, label, parts);

/** Two independent 32-byte halves. */
export const derivePair = (
  key: Uint8Array,
  label: Label,
  ...parts: readonly Uint8Array[]
): { readonly first: Uint8Array; readonly second: Uint8Array } => {
  const both = blake2bFramed(64, key, label, parts);
  return { first: both.subarray(0, 32), second: both.subarray(32, 64) };
};
