/** A seed as a line of text. The words in front tell what it is to whoever finds the file, and its format. */
import { bytesToHex, hexToBytes, sizes } from "@duro/crypto/types";

const label = "duro-device-seed-1";
const seedLine = new RegExp(`^${label} ([0-9a-f]{${2 * sizes.keyByteLength}})\n$`, "u");

export const seedTextByteLength = label.length + 1 + 2 * sizes.keyByteLength + 1;

export const seedToText = (seed: Uint8Array): string => `${label} ${bytesToHex(seed)}\n`;

/** Undefined unless `seedToText` would have written exactly this. */
export const textToSeed = (text: string): Uint8Array | undefined =>
  hexToBytes(seedLine.exec(text)?.[1] ?? "-");
