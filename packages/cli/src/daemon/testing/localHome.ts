/** A person's vault in a folder of its own, without a relay, as the daemon opens it; for tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createPhrase,
  ensureDevice,
  prepareFounding,
  settleFounding,
  systemClock,
  systemRandomBytes,
} from "@duro/client";
import {
  createFileKeyStore,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "@duro/client/node";
import { assert } from "@duro/crypto/types";
import { onTestFinished } from "vitest";
import type { DaemonLog } from "../log.ts";
import { type Change, openHome, type OpenHome } from "../openHome.ts";

const random = { randomBytes: systemRandomBytes };

export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "duro-home-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export interface LocalHome {
  readonly home: OpenHome;
  readonly indexFile: string;
  /** What its log was told. */
  readonly events: readonly string[];
  readonly changes: readonly Change[];
  /** In order, as a daemon that is told to. */
  close(): Promise<void>;
}

export const foundIn = async (folder: string): Promise<void> => {
  const store = openSqliteLocalStore(join(folder, "store.sqlite"));
  assert(store.ok, "the store opens");
  const keyStore = createFileKeyStore({ path: join(folder, "device.seed"), ...random });
  const device = await ensureDevice(keyStore, random);
  assert(device.ok, "there is a seed");
  const founding = prepareFounding(random, device.value, createPhrase(random));
  const settled = await settleFounding(store.value, founding);
  assert(settled.ok, "it is founded");
  await store.value.close();
};

export const openLocalHome = async (folder: string): Promise<LocalHome> => {
  const events: string[] = [];
  const changes: Change[] = [];
  const tell = (event: string): void => void events.push(event);
  const log: DaemonLog = { info: tell, warn: tell, error: tell };
  const store = openSqliteLocalStore(join(folder, "store.sqlite"));
  assert(store.ok, "the store opens");
  const indexFile = join(folder, "index.sqlite");
  const opened = await openHome({
    store: store.value,
    keyStore: createFileKeyStore({ path: join(folder, "device.seed"), ...random }),
    transport: createNodeTransport(),
    http: createNodeHttp({ clock: systemClock }),
    clock: systemClock,
    log,
    indexFile,
    version: "1.0.0",
    server: undefined,
    isPaused: false,
    isRemovedByRelay: () => false,
    onChange: (change) => void changes.push(change),
  });
  assert(opened.ok && opened.value !== undefined, "somebody lives here");
  const home = opened.value;
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await home[Symbol.asyncDispose]();
    await store.value.close();
  };
  onTestFinished(close);
  return { home, indexFile, events, changes, close };
};
