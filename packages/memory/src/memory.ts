/**
 * The view that every function of this package takes: open documents, a clock, randomness, and who wrote
 * what. Documents are opened lazily by the caller: a function that needs one more answers `DocNotOpen`
 * with its name, has changed nothing, and is called again once it is open (`withDocs`).
 */
import type * as Y from "yjs";
import type { DocName } from "./docs/names.ts";
import type { RandomBytes } from "./ids.ts";
import { err, ok, type Result } from "./result.ts";

/** Of an operation, as chains and logs prove it. */
export interface Author {
  readonly device: string;
  readonly chain?: string | undefined;
  /** The time in the last beacon of its chain: nothing of it can be later than that. */
  readonly lastBeaconMs?: number | undefined;
}

export interface Memory {
  /** Undefined while it is not open. */
  docOf(name: DocName): Y.Doc | undefined;
  /** Undefined: no chain that counts has this clientID in this document. */
  authorOf(clientId: number, name: DocName): Author | undefined;
  nowMs(): number;
  readonly randomBytes: RandomBytes;
  /** This device: names its counters and what it writes. */
  readonly device: string;
}

export const openMemory = (ports: Memory): Memory => ({
  docOf: (name) => ports.docOf(name),
  authorOf: (clientId, name) => ports.authorOf(clientId, name),
  nowMs: () => Math.max(0, Math.floor(ports.nowMs())),
  randomBytes: ports.randomBytes,
  device: ports.device,
});

/** Says who made an edit to those who listen to a document. */
export const memoryOrigin = "memory";

export interface DocNotOpen {
  readonly type: "DocNotOpen";
  readonly name: DocName;
}

export const openDocOf = (memory: Memory, name: DocName): Result<Y.Doc, DocNotOpen> => {
  const doc = memory.docOf(name);
  return doc === undefined ? err({ type: "DocNotOpen", name }) : ok(doc);
};

/** Opens what the work asks for, one document after the other, until it can do its work. */
export const withDocs = async <T, E extends { readonly type: string }>(
  open: (name: DocName) => Promise<void>,
  work: () => Result<T, E | DocNotOpen>,
): Promise<Result<T, E>> => {
  for (;;) {
    const result = work();
    if (result.ok) return result;
    if (!isDocNotOpen(result.error)) return err(result.error);
    await open(result.error.name);
  }
};

const isDocNotOpen = (error: { readonly type: string }): error is DocNotOpen =>
  error.type === "DocNotOpen";
