/**
 * The index by which this machine searches and lists: derived from the documents, thrown away and made
 * anew whenever it does not fit them. Of each document it keeps the mark that the document had when its
 * rows were written, in the same transaction, so that whatever it has missed shows.
 */
import type { DocName, EntryId, KindName, SearchRow } from "@duro/memory";

/** A row of the full-text index, and what a list shows of it. */
export interface IndexRow extends SearchRow {
  /** The one line that a list shows. */
  readonly line: string;
  readonly tagList: readonly string[];
  /** When it was forgotten and by which device, as long as it can come back. */
  readonly forgottenMs?: number | undefined;
  readonly forgottenBy?: string | undefined;
}

export interface ForgottenRow {
  readonly id: EntryId;
  readonly device: string;
  readonly atMs: number;
}

export interface ListFilter {
  readonly types?: readonly KindName[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly projects?: readonly EntryId[] | undefined;
  readonly sinceMs?: number | undefined;
  readonly limit: number;
  readonly after?: EntryId | undefined;
}

/** What a list or a search shows without opening a document. */
export interface IndexItem {
  readonly id: EntryId;
  readonly type: KindName;
  readonly text: string;
  readonly atMs: number;
  readonly device: string | undefined;
  readonly tags: readonly string[];
  readonly project: EntryId | undefined;
}

export interface SearchIndex {
  /** Undefined: it knows nothing of the document. */
  markOf(doc: DocName): string | undefined;
  /** All rows of a document, in place of those it had. */
  replaceDoc(doc: DocName, mark: string, rows: readonly IndexRow[]): void;
  /**
   * The same in several short steps, between which `turn` lets others have theirs. Until the last step the
   * index has no mark of the document; what is updated meanwhile stays as it was updated.
   */
  replaceDocInTurns(
    doc: DocName,
    mark: string,
    rows: readonly IndexRow[],
    turn: () => Promise<void>,
  ): Promise<void>;
  /**
   * Some entries of a document anew; `gone` are no longer in it. Where the index has no mark of the
   * document it gets none: the rest of its rows is missing.
   */
  updateEntries(
    doc: DocName,
    mark: string,
    rows: readonly IndexRow[],
    gone: readonly EntryId[],
  ): void;
  dropDoc(doc: DocName): void;
  search(query: string, filter: ListFilter): readonly (IndexItem & { readonly score: number })[];
  list(filter: ListFilter): { readonly items: readonly IndexItem[]; readonly next?: EntryId };
  /** Of entries that are neither forgotten nor superseded. */
  countByType(): ReadonlyMap<KindName, number>;
  /** Oldest first: what devices have forgotten since then, without what stands behind something newer. */
  forgottenSince(sinceMs: number): readonly ForgottenRow[];
  /** Hidden ones, too. */
  idsBeginning(text: string, limit: number): readonly EntryId[];
  /**
   * One short step towards a file without the words of entries that are gone: the full-text table only
   * notes that they are. Says whether there is more to do; to be called now and then while nobody asks.
   */
  tidy(): boolean;
  close(): void;
}
