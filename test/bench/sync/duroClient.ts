/** Ours: an engine with its store in a file, as a daemon has it. */
import { systemRandomBytes } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { type Engine, type OpenDoc, openEngine, systemClock } from "@duro/client";
import {
  createNodeApplyGuard,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "@duro/client/node";
import { docIds } from "@duro/protocol";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seedStore } from "../../../packages/client/src/testing/seedStore.ts";
import type { Connect, SyncClient } from "./syncClient.ts";
import { createWorld, type World } from "./world.ts";

export const docIdOf = (doc: number) => {
  const bytes = new Uint8Array(docIds.byteLength);
  new DataView(bytes.buffer).setUint32(0, doc + 1);
  return docIds.fromBytes(bytes);
};

export const newFolder = (): string => mkdtempSync(join(tmpdir(), "duro-bench-"));

export interface Whose {
  readonly world: World;
  readonly device: number;
  /** Undefined: everything stays here. */
  readonly url: string | undefined;
  /** Where there is a store already, it is opened. */
  readonly folder: string;
  readonly isNew: boolean;
}

export interface OpenedEngine {
  readonly engine: Engine;
  readonly vault: NonNullable<ReturnType<Engine["vault"]>>;
  readonly end: () => Promise<void>;
}

export const openDuroEngine = async ({
  world,
  device,
  url,
  folder,
  isNew,
}: Whose): Promise<OpenedEngine> => {
  const store = openSqliteLocalStore(join(folder, "store.sqlite"));
  assert(store.ok, "a folder of our own takes a store");
  const { person, devices, vault } = world;
  const keys = devices[device];
  assert(keys !== undefined, "the world has such a device");
  if (isNew) await seedStore(store.value, person.state.user, [...person.records, ...vault.records]);
  const opened = await openEngine({
    store: store.value,
    transport: createNodeTransport(),
    http: createNodeHttp({ clock: systemClock }),
    clock: systemClock,
    guard: createNodeApplyGuard({ clock: systemClock }),
    randomBytes: systemRandomBytes,
    device: keys,
    relayUrl: url,
    program: "bench 1",
    onFailure: (cause) => {
      // Nothing that was measured behind it would be true.
      console.error(cause);
      process.exit(1);
    },
  });
  assert(opened.ok, "the store was seeded");
  const engine = opened.value;
  engine.connect();
  const face = engine.vault(vault.state.vault);
  assert(face !== undefined, "the vault's log is here");
  return {
    engine,
    vault: face,
    end: async () => {
      await engine[Symbol.asyncDispose]();
      await store.value.close();
    },
  };
};

export const untilChanged = (engine: Engine, isSo: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (isSo()) return resolve();
    const stop = engine.onChange(() => {
      if (!isSo()) return;
      stop();
      return resolve();
    });
    return undefined;
  });

export interface DuroPlace {
  readonly url: string;
  readonly seed: string;
  readonly deviceCount: number;
}

/** Devices that have the logs and nothing else. */
export const prepareDuro = ({ url, seed, deviceCount }: DuroPlace): Connect => {
  const world = createWorld(seed, deviceCount);
  return (device) => connectDuro(world, url, device);
};

const connectDuro = async (world: World, url: string, device: number): Promise<SyncClient> => {
  const folder = newFolder();
  const { engine, vault, end } = await openDuroEngine({ world, device, url, folder, isNew: true });
  const open = new Map<number, OpenDoc>();
  return {
    open: async (doc) => {
      await untilChanged(engine, () => vault.status.isCaughtUp);
      const opened = open.get(doc) ?? (await vault.open(docIdOf(doc)));
      open.set(doc, opened);
      return opened.doc;
    },
    settled: () => untilChanged(engine, () => vault.status.pendingCount === 0),
    close: async () => {
      for (const doc of open.values()) await doc[Symbol.asyncDispose]();
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
