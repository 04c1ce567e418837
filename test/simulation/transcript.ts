/** What happened, line by line: the last lines for whoever reads them, and a hash of all of them. */
import { createHash } from "node:crypto";

export interface Transcript {
  readonly note: (line: string) => void;
  /** Into the hash alone: what would be too much to read. */
  fold(bytes: Uint8Array): void;
  /** The newest lines. */
  readonly lines: readonly string[];
  readonly lineCount: number;
  /** Of everything noted so far: the same run has the same. */
  hash(): string;
}

/** What a person reads back through. */
const keptLineCountMax = 4_000;
const hashDigitCount = 16;

export const createTranscript = (nowMs: () => number): Transcript => {
  const hash = createHash("sha256");
  let lines: string[] = [];
  let lineCount = 0;
  return {
    note: (text) => {
      const line = `${nowMs().toFixed(0).padStart(9)}  ${text}`;
      hash.update(line).update("\n");
      lineCount += 1;
      lines.push(line);
      if (lines.length > 2 * keptLineCountMax) lines = lines.slice(-keptLineCountMax);
    },
    fold: (bytes) => void hash.update(bytes),
    get lines() {
      return lines.slice(-keptLineCountMax);
    },
    get lineCount() {
      return lineCount;
    },
    hash: () => hash.copy().digest("hex").slice(0, hashDigitCount),
  };
};
