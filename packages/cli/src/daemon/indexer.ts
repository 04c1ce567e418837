/**
 * Keeps the index in step with the documents. The mark of a document is read before its entries are, so
 * what the index says to have it has; where edits are not durable yet it says that it is unsure, and a
 * start after a crash reads that document anew.
 */
import type { Vault } from "@duro/client";
import {
  docNames,
  type DocName,
  type EntryId,
  itemsOf,
  type KindName,
  type Memory,
  rootDoc,
  show,
} from "@duro/memory";
import type { Documents } from "./documents.ts";
import { indexRowOf } from "./index/indexRow.ts";
import type { SearchIndex } from "./index/searchIndex.ts";

export interface Indexer {
  /** Opens a document, and knows from then on what changes in it. */
  open(name: DocName): Promise<void>;
  /** What was written to them is in the index when it resolves. */
  catchUp(names: readonly DocName[]): Promise<void>;
  /** Which documents changed; undefined: any may have. */
  changed(docs: readonly DocId[] | undefined): void;
  /** The index is empty: everything is brought in again. */
  lost(): void;
  /** Everything that has changed by now is in the index. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

type DocId = Parameters<Vault["open"]>[0];

export interface IndexerDeps {
  readonly vault: Vault;
  readonly memory: Memory;
  readonly documents: Documents;
  readonly index: SearchIndex;
  /** Others may write, too. */
  readonly hasRelay: boolean;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly onIndexed: (ids: readonly EntryId[] | "all") => void;
  readonly onFailure: (cause: unknown) => void;
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
/** What comes in many small pieces is read once. */
const gatherMs = 30;
/** While the relay brings what was missed: whole documents at once, and not for each piece of them. */
const gatherCatchingUpMs = 1_000;
/** Of more entries at once, reading the document as a whole is cheaper. */
const oneByOneMax = 100;
const unsure = "+";

export const createIndexer = (deps: IndexerDeps): Indexer => {
  const { vault, memory, documents, index } = deps;
  /** Open documents of which every change since the index fitted them is known. */
  const inStep = new Set<DocName>();
  const waiting = new Set<DocName>();
  let isAllWaiting = true;
  let running: Promise<void> | undefined;
  let endGathering: (() => void) | undefined;
  let isStopped = false;

  const open = async (name: DocName): Promise<void> => {
    if (documents.isOpen(name)) return;
    inStep.delete(name);
    await documents.open(name);
    // Whatever changes from here on is told.
    const mark = await vault.markOf(documents.idOf(name));
    if (mark !== undefined && index.markOf(name) === mark) inStep.add(name);
  };

  const update = async (name: DocName): Promise<void> => {
    if (!documents.isOpen(name)) {
      if (index.markOf(name) === (await vault.markOf(documents.idOf(name)))) return;
      await open(name);
    }
    const mark = await vault.markOf(documents.idOf(name));
    if (mark === undefined) return;
    const changed = documents.takeChanged(name);
    const said = vault.status.hasUnsaved ? `${mark}${unsure}` : mark;
    if (changed === "all" || !inStep.has(name) || changed.size > oneByOneMax)
      return replace(name, said);
    if (changed.size > 0 || index.markOf(name) !== said) updateSome(name, said, changed);
    return undefined;
  };

  /** What changes while it goes on is known, and written as it comes. */
  const replace = async (name: DocName, mark: string): Promise<void> => {
    const items = itemsOf(memory, name, { types: indexed });
    // It was let go meanwhile, and is looked at again.
    if (!items.ok) return void waiting.add(name);
    inStep.add(name);
    await index.replaceDocInTurns(name, mark, items.value.map(indexRowOf), turn);
    deps.onIndexed("all");
    if ((await vault.markOf(documents.idOf(name))) === mark) return undefined;
    waiting.add(name);
    return begin();
  };

  const turn = (): Promise<void> =>
    new Promise((resolve) => void deps.after(0, () => resolve(undefined)));

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

  const names = async (): Promise<readonly DocName[]> => {
    await documents.open(rootDoc);
    const listed = docNames(memory);
    return listed.ok ? listed.value.filter((name) => name !== rootDoc) : [];
  };

  const runAll = async (): Promise<void> => {
    for (;;) {
      if (isStopped) return;
      if (isAllWaiting) {
        isAllWaiting = false;
        for (const name of await names()) waiting.add(name);
      }
      const [name] = waiting;
      if (name === undefined) return;
      waiting.delete(name);
      await update(name);
      // Between two documents others have theirs.
      await turn();
    }
  };

  const run = (): Promise<void> => {
    running ??= runAll()
      .catch(deps.onFailure)
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  const isBehind = (): boolean =>
    !isStopped && (isAllWaiting || waiting.size > 0 || running !== undefined);

  const begin = (): void => {
    const isCatchingUp = deps.hasRelay && !vault.status.isCaughtUp;
    endGathering ??= deps.after(isCatchingUp ? gatherCatchingUpMs : gatherMs, () => {
      endGathering = undefined;
      void run();
    });
  };

  return {
    open,
    catchUp: async (written) => {
      for (const name of new Set(written)) if (name !== rootDoc) await update(name);
    },
    changed: (docs) => {
      const ids = docs === undefined ? undefined : new Set(docs);
      const listed = docNames(memory);
      if (!listed.ok || ids === undefined || ids.has(documents.idOf(rootDoc))) isAllWaiting = true;
      else
        for (const name of listed.value)
          if (name !== rootDoc && ids.has(documents.idOf(name))) waiting.add(name);
      if (isAllWaiting || waiting.size > 0) begin();
    },
    lost: () => {
      inStep.clear();
      isAllWaiting = true;
      begin();
    },
    settled: async () => {
      while (isBehind()) {
        endGathering?.();
        endGathering = undefined;
        await run();
      }
    },
    stop: async () => {
      isStopped = true;
      endGathering?.();
      await running;
    },
  };
};
