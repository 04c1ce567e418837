/**
 * A store that keeps nothing until everything is known: what it was given goes into the machine's own
 * store in one commit, or nowhere.
 */
import { bytesToHex, ok, type Result } from "@duro/crypto/types";
import type { CommitError, LocalStore, StoreTable, Write } from "../ports/localStore.ts";

export interface StagedStore extends LocalStore {
  /** Everything so far, and more, into that store. */
  keepIn(store: LocalStore, more: readonly Write[]): Promise<Result<void, CommitError>>;
}

export const createStagedStore = (): StagedStore => {
  const writes: Write[] = [];
  const values = new Map<string, Uint8Array>();
  const nameOf = (table: StoreTable, key: Uint8Array) => `${table}:${bytesToHex(key)}`;
  const staged: StagedStore = {
    get: (table, key) => Promise.resolve(values.get(nameOf(table, key))),
    // Whoever asks for what lies there begins with an empty one.
    range: () => Promise.resolve([]),
    commit: (more) => {
      writes.push(...more);
      for (const write of more)
        if (write.kind === "put") values.set(nameOf(write.table, write.key), write.value);
      return Promise.resolve(ok(undefined));
    },
    view: (work) => work(staged),
    scrub: () => Promise.resolve(),
    close: () => Promise.resolve(),
    keepIn: (store, more) => store.commit([...writes, ...more]),
  };
  return staged;
};
