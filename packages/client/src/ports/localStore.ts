/**
 * What a device keeps: tables of bytes, ordered by key, changed all at once or not at all. Everything
 * that must survive together is one commit, so there is nothing else for an adapter to get right.
 * Adapters: sqliteLocalStore, dexieLocalStore, memoryLocalStore.
 */
import type { Result } from "@duro/crypto/types";

/** Every table there is. A new one is a new version of the store's format. */
export const storeTables = [
  "blobs",
  "chains",
  "documents",
  "envelopes",
  "facts",
  "outbox",
  "records",
  "updates",
] as const;

export type StoreTable = (typeof storeTables)[number];

export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** From `from` on, before `end`; keys, of a byte at least, compare byte by byte, a prefix before what it begins. */
export interface KeyRange {
  readonly from: Uint8Array;
  /** Undefined: to the end of the table. */
  readonly end: Uint8Array | undefined;
}

export const wholeTable: KeyRange = { from: Uint8Array.of(0), end: undefined };

export type Write =
  | {
      readonly kind: "put";
      readonly table: StoreTable;
      readonly key: Uint8Array;
      readonly value: Uint8Array;
    }
  | { readonly kind: "delete"; readonly table: StoreTable; readonly key: Uint8Array }
  | ({ readonly kind: "deleteRange"; readonly table: StoreTable } & KeyRange);

export interface StoreReader {
  get(table: StoreTable, key: Uint8Array): Promise<Uint8Array | undefined>;
  /** Rising by key. */
  range(table: StoreTable, range: KeyRange, countMax: number): Promise<readonly Entry[]>;
}

/** The disk has no room, or gives none: nothing of the commit was kept. */
export interface StoreFull {
  readonly type: "StoreFull";
}

/** The disk or the browser failed in another way; nothing of the commit was kept. */
export interface StoreBroken {
  readonly type: "StoreBroken";
  /** What the store below calls it. */
  readonly code: string;
}

export interface StoreClosed {
  readonly type: "StoreClosed";
}

export type CommitError = StoreFull | StoreBroken | StoreClosed;

/** What is there was written by a later version, and is left alone. */
export interface StoreNewer {
  readonly type: "StoreNewer";
  readonly version: number;
}

export type OpenError = StoreNewer | StoreBroken | StoreFull;

/**
 * What a loss of power may take back, or the program's own sudden end. `now`: nothing of it. `later`: the
 * commit, and with it all that were committed behind it; never one alone, and none before a later commit
 * that was durable `now`.
 */
export type Durability = "now" | "later";

export interface CommitOptions {
  /** `now`, where nothing else is said. */
  readonly durability?: Durability;
}

/** A read that fails rejects: no caller could go on without what it asked for. */
export interface LocalStore extends StoreReader {
  /**
   * A loss of power may take back what was confirmed: a browser promises no more. Whoever writes operations
   * begins anew after an end that was not clean, since their clocks could run twice.
   */
  readonly mayForget?: boolean;
  /** In the order given; once it resolves it is read by everybody, and as durable as was asked for. */
  commit(writes: readonly Write[], options?: CommitOptions): Promise<Result<void, CommitError>>;
  /**
   * Reads of one moment, whatever is committed meanwhile. `work` waits for nothing but the reader, and
   * commits nothing itself.
   */
  view<T>(work: (reader: StoreReader) => Promise<T>): Promise<T>;
  /**
   * Once it resolves, what was deleted or replaced before is in no file of this store, where the platform
   * lets a program say so: a browser's does not, and any disk may keep copies of its own.
   */
  scrub(): Promise<void>;
  /** Commits under way come first. */
  close(): Promise<void>;
}

/** Formats of what the tables hold: counted up, never down. */
export const storeVersion = 1;
