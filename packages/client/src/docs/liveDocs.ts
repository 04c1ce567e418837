/**
 * The documents that somebody has open. Each is loaded from the store when it is first asked for, is
 * told of everything that counts, hands on what is edited here, and goes when nobody holds it.
 */
import { assert } from "@duro/crypto/types";
import type { DocId } from "@duro/protocol";
import { applyUpdate, Doc, transact } from "yjs";
import { stopFormattingCleanup } from "../updates/formattingCleanup.ts";
import { depthOfEdit } from "../updates/nestingDepth.ts";

export interface LiveDocs {
  /** One more holds it. Two who ask at once share one loading. */
  hold(doc: DocId): Promise<Live>;
  release(doc: DocId): void;
  /** What has become part of the document elsewhere; nothing where it is not open. */
  apply(doc: DocId, updates: readonly Uint8Array[]): void;
  /** Everything that is open, loaded anew, to be replaced by: operations cannot be taken out of a document. */
  loadAnew(): Promise<ReadonlyMap<DocId, Doc>>;
  /** One document made of these, to be replaced by; undefined: it is not open. */
  makeAnew(doc: DocId, updates: readonly Uint8Array[]): Doc | undefined;
  /** At once, so that no edit falls between the old document and the new one. */
  replace(by: ReadonlyMap<DocId, Doc>): void;
  live(doc: DocId): Live | undefined;
}

export interface Live {
  readonly doc: DocId;
  /** Another one after a replacement. */
  readonly ydoc: Doc;
  onReplaced(listener: () => void): () => void;
}

export interface LiveDocsDeps {
  /** Its updates, older ones first, and the edits that are in no store yet. */
  readonly load: (doc: DocId) => Promise<readonly Uint8Array[]>;
  /** What counts of it, and nothing else. */
  readonly loadCounted: (doc: DocId) => Promise<readonly Uint8Array[]>;
  readonly clientIdOf: (doc: DocId) => number;
  readonly onEdit: (doc: DocId, update: Uint8Array, depth: number) => void;
}

interface Entry extends Live {
  ydoc: Doc;
  readonly listeners: Set<() => void>;
}

/** Who applies what comes from elsewhere: what has another origin is an edit made here. */
const elsewhere = Symbol("elsewhere");

export const applyElsewhere = (ydoc: Doc, updates: readonly Uint8Array[]): void =>
  transact(
    ydoc,
    () => {
      for (const update of updates) applyUpdate(ydoc, update, elsewhere);
    },
    elsewhere,
    false,
  );

export const createLiveDocs = ({
  load,
  loadCounted,
  clientIdOf,
  onEdit,
}: LiveDocsDeps): LiveDocs => {
  const entries = new Map<DocId, Promise<Entry>>();
  const loaded = new Map<DocId, Entry>();
  const holderCounts = new Map<DocId, number>();

  const makeDoc = (doc: DocId, updates: readonly Uint8Array[]): Doc => {
    const ydoc = new Doc({ gc: true });
    stopFormattingCleanup(ydoc);
    applyElsewhere(ydoc, updates);
    ydoc.on("update", (update, origin, _, { beforeState }) => {
      if (origin === elsewhere) return;
      onEdit(doc, update, depthOfEdit(ydoc, beforeState.get(ydoc.clientID) ?? 0));
    });
    return ydoc;
  };

  /** After loading: Yjs would take another at random if it met operations of its own. */
  const beginWriting = (ydoc: Doc, doc: DocId): Doc => {
    ydoc.clientID = clientIdOf(doc);
    assertWhole(ydoc, doc);
    return ydoc;
  };

  const assertWhole = (ydoc: Doc, doc: DocId): void => {
    assert(ydoc.clientID === clientIdOf(doc), "the document writes under its own clientID");
    assert(
      ydoc.store.pendingStructs === null && ydoc.store.pendingDs === null,
      "nothing is applied before what it refers to",
    );
  };

  const loadEntry = async (doc: DocId): Promise<Entry> => {
    const listeners = new Set<() => void>();
    const entry: Entry = {
      doc,
      ydoc: beginWriting(makeDoc(doc, await load(doc)), doc),
      listeners,
      onReplaced: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    loaded.set(doc, entry);
    return entry;
  };

  return {
    hold: async (doc) => {
      const loading = entries.get(doc) ?? loadEntry(doc);
      entries.set(doc, loading);
      loading.catch(() => entries.delete(doc));
      // Counted at once: whoever lets go meanwhile must not be taken for the last.
      holderCounts.set(doc, (holderCounts.get(doc) ?? 0) + 1);
      return loading;
    },
    release: (doc) => {
      const left = (holderCounts.get(doc) ?? 1) - 1;
      holderCounts.set(doc, left);
      if (left > 0) return;
      holderCounts.delete(doc);
      entries.delete(doc);
      loaded.get(doc)?.ydoc.destroy();
      loaded.delete(doc);
    },
    apply: (doc, updates) => {
      const entry = loaded.get(doc);
      if (entry === undefined) return;
      applyElsewhere(entry.ydoc, updates);
      assertWhole(entry.ydoc, doc);
    },
    loadAnew: async () => {
      const anew = new Map<DocId, Doc>();
      for (const doc of loaded.keys()) anew.set(doc, makeDoc(doc, await loadCounted(doc)));
      return anew;
    },
    makeAnew: (doc, updates) => (loaded.has(doc) ? makeDoc(doc, updates) : undefined),
    replace: (by) => {
      for (const [doc, ydoc] of by) {
        const entry = loaded.get(doc);
        if (entry === undefined) continue;
        const former = entry.ydoc;
        entry.ydoc = beginWriting(ydoc, doc);
        former.destroy();
        for (const listener of entry.listeners) listener();
      }
    },
    live: (doc) => loaded.get(doc),
  };
};
