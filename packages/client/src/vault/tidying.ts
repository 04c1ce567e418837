/**
 * When documents are tidied: while a vault catches up its updates only come in, since merging them would
 * cost as much again; then one document after the other, and whoever asks for something comes in between.
 */
import type { DocId } from "@duro/protocol";
import type { VaultRows } from "./draft.ts";
import { isTidy, tidyDocuments } from "./tidyDocuments.ts";

export interface Tidying {
  touched(docs: readonly DocId[]): void;
  /** Much is to come; false: it is here, or the connection is gone. */
  catchUp(isCatchingUp: boolean): void;
  /** What is due is done when its document is touched again. */
  stop(): void;
}

export interface TidyingDeps {
  readonly rows: VaultRows;
  readonly begin: (job: () => Promise<void>) => void;
}

/** Merging one takes some milliseconds. */
const docsAtOnceCount = 4;

export const createTidying = ({ rows, begin }: TidyingDeps): Tidying => {
  const due = new Set<DocId>();
  let isWaiting = false;
  let isBegun = false;
  let isEnded = false;

  const tidy = async (): Promise<void> => {
    isBegun = false;
    const docs = [...due].slice(0, docsAtOnceCount);
    for (const doc of docs) due.delete(doc);
    await tidyDocuments(rows, docs);
    goOn();
  };

  const goOn = (): void => {
    if (isWaiting || isBegun || isEnded || due.size === 0) return;
    isBegun = true;
    begin(tidy);
  };

  return {
    touched: (docs) => {
      for (const doc of docs) if (!isTidy(rows, doc)) due.add(doc);
      goOn();
    },
    catchUp: (isCatchingUp) => {
      isWaiting = isCatchingUp;
      goOn();
    },
    stop: () => {
      isEnded = true;
      due.clear();
    },
  };
};
