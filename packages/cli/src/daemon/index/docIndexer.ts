/**
 * Brings one document into the index. Its mark is read before its entries are, so what the index says to
 * have it has; where edits are not durable yet it says that it is unsure, and a start after a crash reads
 * that document anew.
 */
import type { Vault } from "@duro/client";
import {
  type DocName,
  type EntryId,
  itemsOf,
  type KindName,
  type Memory,
  show,
} from "@duro/memory";
import type { Documents } from "../documents.ts";
import { indexRowOf } from "./indexRow.ts";
import type { SearchIndex } from "./searchIndex.ts";

export interface DocIndexer {
  /** Opens a document, and knows from then on what changes in it. */
  open(name: DocName): Promise<void>;
  /** What it has by now is in the index, or it is told to be looked at again. */
  update(name: DocName): Promise<void>;
  /** The index is empty. */
  lost(): void;
}

export interface DocIndexerDeps {
  readonly vault: Pick<Vault, "markOf" | "status">;
  readonly memory: Memory;
  readonly documents: Documents;
  readonly index: SearchIndex;
  readonly onIndexed: (ids: readonly EntryId[] | "all") => void;
  /** It has changed meanwhile, or was let go. */
  readonly again: (name: DocName) => void;
  /** Between two pieces of long work. */
  readonly turn: () => Promise<void>;
}

const indexed: readonly KindName[] = [
  "fact",
  "decision",
  "episode",
  "skill",
  "session",
  "checkpoint",
  "task",
];
/** Of more entries at once, reading the document as a whole is cheaper. */
const oneByOneMax = 100;
const unsure = "+";

export const createDocIndexer = (deps: DocIndexerDeps): DocIndexer => {
  const { vault, memory, documents, index } = deps;
  /** Open documents of which every change since the index fitted them is known. */
  const inStep = new Set<DocName>();

  const markOf = (name: DocName): ReturnType<Vault["markOf"]> => vault.markOf(documents.idOf(name));

  const open = async (name: DocName): Promise<void> => {
    if (documents.isOpen(name)) return;
    inStep.delete(name);
    await documents.open(name);
    // Whatever changes from here on is told.
    const mark = await markOf(name);
    if (mark !== undefined && index.markOf(name) === mark) inStep.add(name);
  };

  /** What changes while it goes on is known, and written as it comes. */
  const replace = async (name: DocName, mark: string): Promise<void> => {
    const items = itemsOf(memory, name, { types: indexed });
    // It was let go meanwhile.
    if (!items.ok) return deps.again(name);
    inStep.add(name);
    await index.replaceDocInTurns(name, mark, items.value.map(indexRowOf), deps.turn);
    deps.onIndexed("all");
    if ((await markOf(name)) !== mark) deps.again(name);
    return undefined;
  };

  const updateSome = (name: DocName, mark: string, changed: ReadonlySet<EntryId>): void => {
    const rows = [];
    const gone: EntryId[] = [];
    for (const id of changed) {
      const item = show(memory, id);
      if (item.ok) rows.push(indexRowOf(item.value));
      else gone.push(id);
    }
    index.updateEntries(name, mark, rows, gone);
    deps.onIndexed([...changed]);
  };

  return {
    open,
    update: async (name) => {
      if (!documents.isOpen(name)) {
        if (index.markOf(name) === (await markOf(name))) return;
        await open(name);
      }
      const mark = await markOf(name);
      if (mark === undefined) return;
      const changed = documents.takeChanged(name);
      const said = vault.status.hasUnsaved ? `${mark}${unsure}` : mark;
      if (changed === "all" || !inStep.has(name) || changed.size > oneByOneMax)
        return replace(name, said);
      if (changed.size > 0 || index.markOf(name) !== said) updateSome(name, said, changed);
    },
    lost: () => inStep.clear(),
  };
};
