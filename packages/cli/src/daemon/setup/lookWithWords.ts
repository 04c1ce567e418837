/** What would come back with the 24 words: fetched into memory, counted, and let go. Nothing is written. */
import { openToLook, type Phrase, systemRandomBytes, type Vault } from "@duro/client";
import { createNodeApplyGuard, openPassingLocalStore } from "@duro/client/node";
import { err, ok, type Result } from "@duro/crypto/types";
import { type EntryId, list, openMemory, withDocs } from "@duro/memory";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { createDocuments } from "../documents.ts";
import { failureFacts } from "../failureFacts.ts";
import { untilSo } from "./connected.ts";
import { storeProblem } from "./keyProblems.ts";
import { flowDeps } from "./setupDeps.ts";

export interface Looked {
  readonly entryCount: number;
  readonly newestMs: number | undefined;
}

/** A large vault takes its time; whoever looks waits in front of it. */
const fetchMsMax = 300_000;
const pageSize = 1_000;

export const lookWithWords = async (
  daemon: Daemon,
  relayUrl: string,
  { user, words }: { readonly user: Home["engine"]["user"]; readonly words: Phrase },
): Promise<Result<Looked, Problem>> => {
  const store = openPassingLocalStore();
  const deps = flowDeps(daemon, relayUrl);
  const opened = await openToLook(
    {
      ...deps,
      store,
      http: daemon.http,
      guard: createNodeApplyGuard({ clock: deps.clock }),
      onFailure: (cause) => daemon.log.error("a look failed", failureFacts(cause)),
    },
    user,
    words,
  );
  if (!opened.ok)
    return err(opened.error.type === "NotSetUp" ? notFetched : storeProblem(opened.error));
  const engine = opened.value;
  try {
    engine.connect();
    const isHere = await untilSo(
      daemon,
      { engine },
      fetchMsMax,
      () => engine.vaults[0]?.status.isCaughtUp === true,
    );
    const [vault] = engine.vaults;
    return isHere && vault !== undefined ? ok(await count(daemon, vault)) : err(notFetched);
  } finally {
    await engine[Symbol.asyncDispose]();
    await store.close();
  }
};

const count = async ({ nowMs }: Daemon, vault: Vault): Promise<Looked> => {
  const documents = createDocuments(vault, nowMs);
  const memory = openMemory({
    docOf: (name) => documents.docOf(name),
    authorOf: (clientId, name) => vault.authorOf(documents.idOf(name), clientId),
    nowMs,
    randomBytes: systemRandomBytes,
    device: "",
  });
  let entryCount = 0;
  let newestMs: number | undefined;
  let after: EntryId | undefined;
  do {
    const from = after;
    const page = await withDocs(
      (name) => documents.open(name),
      () => list(memory, { limit: pageSize, after: from }),
    );
    if (!page.ok) break;
    entryCount += page.value.items.length;
    newestMs ??= page.value.items[0]?.atMs;
    after = page.value.next;
  } while (after !== undefined);
  await documents.close();
  return { entryCount, newestMs };
};

const notFetched: Problem = {
  code: "NotFetched",
  exit: Exit.Offline,
  message:
    "The words are right, and what they open did not come from the relay in time. Nothing was changed.",
  next: "run it again on a better connection",
};
