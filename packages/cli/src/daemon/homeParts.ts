/** Documents, memory and index of an open home, and how a write goes through all of them. */
import { type Clock, type DeviceKeys, systemRandomBytes, type Vault } from "@duro/client";
import { err, type Result } from "@duro/crypto/types";
import { type DocName, type DocNotOpen, type Memory, openMemory, withDocs } from "@duro/memory";
import type { SaveFailed } from "./daemon.ts";
import { createDocuments, type Documents } from "./documents.ts";
import { failureFacts } from "./failureFacts.ts";
import { createIndexer, type Indexer } from "./indexer.ts";
import { createSearchIndex } from "./index/createSearchIndex.ts";
import type { SearchIndex } from "./index/searchIndex.ts";
import type { DaemonLog } from "./log.ts";

export interface HomePartsDeps {
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly indexFile: string;
  readonly server: string | undefined;
  readonly onChange: (what: { readonly ids: readonly string[] | "all" }) => void;
}

export interface HomeParts {
  readonly documents: Documents;
  readonly memory: Memory;
  readonly index: SearchIndex;
  readonly indexer: Indexer;
}

export const partsOf = (deps: HomePartsDeps, vault: Vault, device: DeviceKeys): HomeParts => {
  const { clock, log } = deps;
  const nowMs = (): number => clock.nowMs();
  const documents = createDocuments(vault, nowMs);
  const memory = openMemory({
    docOf: (name) => documents.docOf(name),
    authorOf: (clientId, name) => vault.authorOf(documents.idOf(name), clientId),
    nowMs,
    randomBytes: systemRandomBytes,
    device: device.id,
  });
  const index: SearchIndex = createSearchIndex({
    path: deps.indexFile,
    log: (event) => log.warn(event),
    onLost: () => indexer.lost(),
  });
  const indexer: Indexer = createIndexer({
    vault,
    memory,
    documents,
    index,
    hasRelay: deps.server !== undefined,
    after: (ms, run) => clock.after(ms, run),
    onIndexed: (ids) => deps.onChange({ ids }),
    onFailure: (cause) => log.error("indexing failed", failureFacts(cause)),
  });
  return { documents, memory, index, indexer };
};

export const writeIn = async <
  T extends { readonly docs: readonly DocName[] },
  E extends { readonly type: string },
>(
  { documents, memory, indexer }: HomeParts,
  work: (memory: Memory) => Result<T, E | DocNotOpen>,
): Promise<Result<T, E | SaveFailed>> => {
  const done = await withDocs(
    (name) => indexer.open(name),
    () => work(memory),
  );
  if (!done.ok) return done;
  const { docs } = done.value;
  const saved = await documents.saved(docs);
  if (!saved.ok) return err({ type: "SaveFailed", why: saved.error.type });
  await indexer.catchUp(docs);
  return done;
};
