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
import { devicesIn, rootDoc, withDocs } from "@duro/memory";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Home } from "./daemon.ts";
import { failureFacts } from "./failureFacts.ts";
import { firstVault, vaultNotHere } from "./firstVault.ts";
import { partsOf, writeIn } from "./homeParts.ts";
import { startHomeUpkeep } from "./homeUpkeep.ts";
import type { DaemonLog } from "./log.ts";

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
  const parts = partsOf(deps, vault, device);
  const { documents, memory, index, indexer } = parts;
  await documents.open(rootDoc);
  const stops = [
    vault.onDocuments((docs) => indexer.changed(docs)),
    engine.onChange(() => deps.onChange("status")),
  ];
  indexer.changed(undefined);
  const upkeep = startHomeUpkeep({ clock, engine, documents, index, log });
  const isRemoved = (): boolean => engine.isRemoved || deps.isRemovedByRelay();
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
      upkeep.during(() =>
        withDocs(
          (name) => documents.open(name),
          () => work(memory),
        ),
      ),
    write: (work) =>
      upkeep.during(async () =>
        isRemoved() ? err({ type: "DeviceGone" } as const) : writeIn(parts, work),
      ),
    [Symbol.asyncDispose]: async () => {
      upkeep.stop();
      for (const stop of stops) stop();
      await indexer.stop();
      await documents.close();
      await engine[Symbol.asyncDispose]();
      index.close();
    },
  };
};
