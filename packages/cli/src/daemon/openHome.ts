/** Somebody's vault on this machine, opened: engine, documents, memory and index, and how they hang together. */
import {
  type Clock,
  type DeviceKeys,
  deviceKeysFromSeed,
  type Engine,
  type Http,
  type KeyStore,
  type LocalStore,
  openEngine,
  secret,
  systemRandomBytes,
  type Transport,
  type Vault,
} from "@duro/client";
import { createNodeApplyGuard } from "@duro/client/node";
import { err, ok, type Result } from "@duro/crypto/types";
import { devicesIn, openMemory, rootDoc, withDocs } from "@duro/memory";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Home } from "./daemon.ts";
import { createDocuments } from "./documents.ts";
import { createIndexer, type Indexer } from "./indexer.ts";
import { createSearchIndex } from "./index/createSearchIndex.ts";
import type { SearchIndex } from "./index/searchIndex.ts";
import type { DaemonLog } from "./log.ts";
import { failureFacts } from "./failureFacts.ts";

export interface HomeDeps {
  readonly store: LocalStore;
  readonly keyStore: KeyStore;
  readonly transport: Transport;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly indexFile: string;
  readonly version: string;
  readonly server: string | undefined;
  readonly isPaused: boolean;
  readonly isRemovedByRelay: () => boolean;
  readonly onChange: (what: Change) => void;
}

export type Change = { readonly ids: readonly string[] | "all" } | "status";

export interface OpenHome extends Home, AsyncDisposable {
  readonly device: DeviceKeys;
}

/** Documents that nobody has used for so long are let go. */
const idleMs = 30_000;
const lookMs = 10_000;
/** More than a busy machine is late by. */
const sleptMsMin = 60_000;
const tidyStepsMax = 20;
const tidyPauseMs = 50;
/** A machine that was just let in waits for the vault's log. */
const vaultWaitMsMax = 20_000;
/** A read waits no longer than this for what is still being indexed. */
const settleMsMax = 3_000;

/** Undefined: nobody lives here yet. */
export const openHome = async (deps: HomeDeps): Promise<Result<OpenHome | undefined, Problem>> => {
  const seed = await deps.keyStore.load();
  if (!seed.ok) return err(seedProblem(seed.error));
  if (seed.value === undefined) return ok(undefined);
  const device = deviceKeysFromSeed(secret(seed.value));
  const opened = await openEngine({
    store: deps.store,
    transport: deps.transport,
    http: deps.http,
    clock: deps.clock,
    guard: createNodeApplyGuard({ clock: deps.clock }),
    randomBytes: systemRandomBytes,
    device,
    relayUrl: deps.server,
    program: `duro ${deps.version}`,
    onFailure: (cause) => deps.log.error("engine failed", failureFacts(cause)),
  });
  if (!opened.ok) return ok(undefined);
  const engine = opened.value;
  if (deps.server !== undefined && !deps.isPaused) engine.connect();
  const vault = await firstVault(engine, deps.clock);
  if (vault === undefined) {
    await engine[Symbol.asyncDispose]();
    return err(vaultNotHere);
  }
  return ok(await furnish(deps, engine, vault, device));
};

const firstVault = (engine: Engine, clock: Clock): Promise<Vault | undefined> =>
  new Promise((resolve) => {
    const [now] = engine.vaults;
    if (now !== undefined || engine.status.link === "none") return resolve(now);
    const settle = (vault: Vault | undefined): void => {
      giveUp();
      stop();
      resolve(vault);
    };
    const giveUp = clock.after(vaultWaitMsMax, () => settle(undefined));
    const stop = engine.onChange(() => {
      const [vault] = engine.vaults;
      const { link, ended } = engine.status;
      const isHopeless = ended !== undefined && (link === "waiting" || link === "stopped");
      if (vault !== undefined || isHopeless) settle(vault);
    });
  });

const vaultNotHere: Problem = {
  code: "VaultNotHere",
  exit: Exit.Offline,
  message: "This machine was let in, but the vault has not come from the relay yet.",
  next: "check the connection, then: duro status",
};

const seedProblem = (error: { readonly type: string }): Problem => ({
  code: error.type,
  exit: Exit.IntegrityFailure,
  message:
    "why" in error
      ? `The key file of this device was not taken: ${String(error.why)}.`
      : "The key file of this device cannot be read.",
  next: "duro doctor",
});

const furnish = async (
  deps: HomeDeps,
  engine: Engine,
  vault: Vault,
  device: DeviceKeys,
): Promise<OpenHome> => {
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
  await documents.open(rootDoc);
  const stops = [
    vault.onDocuments((docs) => indexer.changed(docs)),
    engine.onChange(() => deps.onChange("status")),
  ];
  indexer.changed(undefined);
  /** Nothing is let go while somebody works with it. */
  let workCount = 0;
  let isClosed = false;
  const wake = (): void => {
    if (!["none", "idle", "stopped"].includes(engine.status.link)) engine.connect();
  };
  let endLooking = (): void => {};
  const look = (): void => {
    const beganMs = nowMs();
    endLooking = clock.after(lookMs, () => {
      look();
      // The machine slept: what looks like a connection may be none.
      if (nowMs() - beganMs > sleptMsMin) wake();
      if (workCount > 0) return;
      tidy();
      // The root is small, and every look at the memory needs it.
      documents.docOf(rootDoc);
      documents
        .releaseIdle(nowMs() - idleMs)
        .catch((cause: unknown) => log.error("release failed", failureFacts(cause)));
    });
  };
  look();

  /** A few short steps at a time, as long as nobody works. */
  const tidy = (stepCount = tidyStepsMax): void => {
    if (workCount > 0 || stepCount === 0 || isClosed || !index.tidy()) return;
    clock.after(tidyPauseMs, () => tidy(stepCount - 1));
  };

  const isRemoved = (): boolean => engine.isRemoved || deps.isRemovedByRelay();

  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    workCount += 1;
    try {
      return await work();
    } finally {
      workCount -= 1;
    }
  };

  return {
    engine,
    vault,
    memory,
    index,
    device,
    get isRemoved() {
      return isRemoved();
    },
    nameOf: (id) => {
      const names = devicesIn(memory);
      return (names.ok ? names.value.get(id)?.name : undefined) ?? id;
    },
    settled: () =>
      new Promise((resolve) => {
        const giveUp = clock.after(settleMsMax, resolve);
        void indexer.settled().then(() => {
          giveUp();
          return resolve();
        });
      }),
    read: (work) =>
      during(() =>
        withDocs(
          (name) => documents.open(name),
          () => work(memory),
        ),
      ),
    write: (work) =>
      during(async () => {
        if (isRemoved()) return err({ type: "DeviceGone" } as const);
        const done = await withDocs(
          (name) => indexer.open(name),
          () => work(memory),
        );
        if (!done.ok) return done;
        const saved = await documents.saved();
        if (!saved.ok) return err({ type: "SaveFailed", why: saved.error.type } as const);
        await indexer.catchUp(done.value.docs);
        return done;
      }),
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      endLooking();
      for (const stop of stops) stop();
      await indexer.stop();
      await documents.close();
      await engine[Symbol.asyncDispose]();
      index.close();
    },
  };
};
