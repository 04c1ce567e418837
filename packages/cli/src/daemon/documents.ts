/** The documents of a vault by the names that the memory gives them: opened when asked for, let go when idle. */
import { docIdOfName, type OpenDoc, type Vault } from "@duro/client";
import { ok } from "@duro/crypto/types";
import { type DocName, type EntryId, watchEntries } from "@duro/memory";

type DocId = Parameters<Vault["open"]>[0];

export interface Documents {
  docOf(name: DocName): OpenDoc["doc"] | undefined;
  open(name: DocName): Promise<void>;
  idOf(name: DocName): DocId;
  isOpen(name: DocName): boolean;
  /** Entries that changed since they were taken the last time; "all": the document is another one. */
  takeChanged(name: DocName): ReadonlySet<EntryId> | "all";
  /** Every edit made so far outlives a crash of this machine, and none of those in these was taken back. */
  saved(names: readonly DocName[]): ReturnType<OpenDoc["saved"]>;
  /** Lets go of what nobody has used since then. */
  releaseIdle(sinceMs: number): Promise<void>;
  close(): Promise<void>;
}

interface Held {
  readonly open: OpenDoc;
  usedAtMs: number;
  changed: Set<EntryId> | "all";
  stop: () => void;
}

export const createDocuments = (vault: Vault, nowMs: () => number): Documents => {
  const held = new Map<DocName, Held>();
  const opening = new Map<DocName, Promise<void>>();
  const ids = new Map<DocName, DocId>();

  const watch = (entry: Held): (() => void) =>
    watchEntries(entry.open.doc, (changed) => {
      if (entry.changed === "all") return;
      for (const id of changed) entry.changed.add(id);
    });

  const hold = async (name: DocName): Promise<void> => {
    const open = await vault.open(idOf(name));
    const entry: Held = { open, usedAtMs: nowMs(), changed: new Set(), stop: () => {} };
    entry.stop = watch(entry);
    open.onReplaced(() => {
      entry.stop();
      entry.stop = watch(entry);
      entry.changed = "all";
    });
    held.set(name, entry);
  };

  const idOf = (name: DocName): DocId => {
    const id = ids.get(name) ?? docIdOfName(vault.id, name);
    ids.set(name, id);
    return id;
  };

  const release = async (name: DocName, entry: Held): Promise<void> => {
    held.delete(name);
    entry.stop();
    await entry.open[Symbol.asyncDispose]();
  };

  return {
    idOf,
    docOf: (name) => {
      const entry = held.get(name);
      if (entry !== undefined) entry.usedAtMs = nowMs();
      return entry?.open.doc;
    },
    isOpen: (name) => held.has(name),
    open: async (name) => {
      if (held.has(name)) return;
      const mine = opening.get(name) ?? hold(name);
      opening.set(name, mine);
      try {
        await mine;
      } finally {
        opening.delete(name);
      }
    },
    takeChanged: (name) => {
      const entry = held.get(name);
      const changed = entry?.changed ?? new Set();
      if (entry !== undefined) entry.changed = new Set();
      return changed;
    },
    saved: async (names) => {
      const written = names.flatMap((name) => held.get(name) ?? []);
      // It is of the vault: where none is named any may be asked.
      for (const { open } of written.length > 0 ? written : [...held.values()].slice(0, 1)) {
        const saved = await open.saved();
        if (!saved.ok) return saved;
      }
      return ok(undefined);
    },
    releaseIdle: async (sinceMs) => {
      for (const [name, entry] of held)
        if (entry.usedAtMs < sinceMs && entry.changed !== "all" && entry.changed.size === 0)
          await release(name, entry);
    },
    close: async () => {
      for (const [name, entry] of held) await release(name, entry);
    },
  };
};
