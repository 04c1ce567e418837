/**
 * The sizes that blobs of checkpoints have, padding included: powers of two, from 64 KiB on. The relay
 * sees the size of each blob and how many there are. All but a few are full, so what shows is the sum in
 * steps of a class, and at each end of a blob one of three classes.
 */
import { assert } from "@duro/crypto/types";
import {
  blobClassByteLength,
  blobClassByteLengthMin,
  blobsPerClassCount,
} from "./checkpointLimits.ts";

/** The length that stands in front of a blob's content, inside of its padding. */
const prefixByteLength = 8;

/** How much of content a blob gathers before it is closed. `blobIndex`: how many came before it. */
export const blobContentByteLengthMin = (blobIndex: number): number =>
  blobClassByteLength * 2 ** Math.floor(blobIndex / blobsPerClassCount) - prefixByteLength;

/** The content that fills the smallest class that holds so much. */
const classContentByteLength = (byteLength: number): number =>
  Math.max(blobClassByteLengthMin, 2 ** Math.ceil(Math.log2(byteLength + prefixByteLength))) -
  prefixByteLength;

/** Zeros behind it, up to its class. Which bytes are whose is said elsewhere. */
export const fillToClass = (parts: readonly Uint8Array[]): Uint8Array => {
  const byteLength = parts.reduce((sum, part) => sum + part.length, 0);
  const filled = new Uint8Array(classContentByteLength(byteLength));
  assert(byteLength <= filled.length, "a class holds what it was chosen for");
  let at = 0;
  for (const part of parts) {
    filled.set(part, at);
    at += part.length;
  }
  return filled;
};
