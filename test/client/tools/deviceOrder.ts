/** What a device that is a program of its own is told when it starts. */
import { type DocId, docIds } from "@duro/protocol";

export interface Order {
  readonly name: string;
  readonly store: string;
  readonly deviceSeed: string;
  readonly relayUrl: string;
  readonly vault: string;
  readonly seed: number;
  /** Of the first word that this life of it makes. */
  readonly firstNumber: number;
  readonly pauseMsMax: number;
}

const docCount = 3;

export const docsOfRounds: readonly DocId[] = Array.from({ length: docCount }, (_, at) =>
  docIds.fromBytes(new Uint8Array(docIds.byteLength).fill(at + 1)),
);
