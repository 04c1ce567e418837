/** Keeps the index in step with the documents: which of them are to be looked at, and when. */
import type { Vault } from "@duro/client";
import { docNames, type DocName, type EntryId, type Memory, rootDoc } from "@duro/memory";
import type { Documents } from "./documents.ts";
import { createDocIndexer } from "./index/docIndexer.ts";
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

/** What comes in many small pieces is read once. */
const gatherMs = 30;
/** While the relay brings what was missed: whole documents at once, and not for each piece of them. */
const gatherCatchingUpMs = 1_000;

export const createIndexer = (deps: IndexerDeps): Indexer => {
  const { vault, memory, documents, index, onIndexed } = deps;
  const turn = (): Promise<void> =>
    new Promise((resolve) => void deps.after(0, () => resolve(undefined)));
  const again = (name: DocName): void => queue.add([name]);
  const docs = createDocIndexer({ vault, memory, documents, index, onIndexed, again, turn });
  const queue = createQueue(deps, {
    // The root names the others.
    names: async () => {
      await documents.open(rootDoc);
      const listed = docNames(memory);
      return listed.ok ? listed.value.filter((name) => name !== rootDoc) : [];
    },
    update: (name) => docs.update(name),
    turn,
  });
  return {
    open: (name) => docs.open(name),
    catchUp: async (written) => {
      for (const name of new Set(written)) if (name !== rootDoc) await docs.update(name);
    },
    changed: (changed) => {
      const ids = changed === undefined ? undefined : new Set(changed);
      const listed = docNames(memory);
      if (!listed.ok || ids === undefined || ids.has(documents.idOf(rootDoc))) queue.add("all");
      else
        queue.add(listed.value.filter((name) => name !== rootDoc && ids.has(documents.idOf(name))));
    },
    lost: () => {
      docs.lost();
      queue.add("all");
    },
    settled: () => queue.settled(),
    stop: () => queue.stop(),
  };
};

interface Queue {
  add(names: readonly DocName[] | "all"): void;
  /** Nothing is left of what was added by now. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

interface QueueWork {
  readonly names: () => Promise<readonly DocName[]>;
  readonly update: (name: DocName) => Promise<void>;
  readonly turn: () => Promise<void>;
}

const createQueue = (
  { vault, hasRelay, after, onFailure }: IndexerDeps,
  work: QueueWork,
): Queue => {
  const waiting = new Set<DocName>();
  let isAllWaiting = true;
  let running: Promise<void> | undefined;
  let endGathering: (() => void) | undefined;
  let isStopped = false;

  const runAll = async (): Promise<void> => {
    for (;;) {
      if (isStopped) return;
      if (isAllWaiting) {
        isAllWaiting = false;
        for (const name of await work.names()) waiting.add(name);
      }
      const [name] = waiting;
      if (name === undefined) return;
      waiting.delete(name);
      await work.update(name);
      // Between two documents others have theirs.
      await work.turn();
    }
  };

  const run = (): Promise<void> => {
    running ??= runAll()
      .catch(onFailure)
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  const isBehind = (): boolean =>
    !isStopped && (isAllWaiting || waiting.size > 0 || running !== undefined);
  const stopGathering = (): void => {
    endGathering?.();
    endGathering = undefined;
  };

  return {
    add: (names) => {
      if (names === "all") isAllWaiting = true;
      else for (const name of names) waiting.add(name);
      if (!isAllWaiting && waiting.size === 0) return;
      const isCatchingUp = hasRelay && !vault.status.isCaughtUp;
      endGathering ??= after(isCatchingUp ? gatherCatchingUpMs : gatherMs, () => {
        endGathering = undefined;
        void run();
      });
    },
    settled: async () => {
      while (isBehind()) {
        stopGathering();
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
