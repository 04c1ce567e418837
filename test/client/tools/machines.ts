/** Machines of people: each with its own SQLite file, at the relay's own program on real sockets. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createDeviceKeys,
  createPhrase,
  type DeviceKeys,
  paperDeviceKeys,
  type Phrase,
  systemRandomBytes,
} from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { type DocId, docIds, type UserId, type VaultId } from "@duro/protocol";
import {
  type Clock,
  type Engine,
  foundIdentity,
  type LocalStore,
  openEngine,
  type OpenDoc,
  registerAccount,
  systemClock,
} from "@duro/client";
import {
  createNodeApplyGuard,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "@duro/client/node";
import { newFolder } from "../../relay/tools/folders.ts";
import { type Program, startProgram } from "../../relay/tools/program.ts";

export const randomBytes = systemRandomBytes;
export const transport = createNodeTransport();
export const http = createNodeHttp({ clock: systemClock });
export const program = "test 1";

/** Of somebody who does not wait half a minute for what never comes. */
export const hastyClock: Clock = {
  nowMs: () => systemClock.nowMs(),
  after: (delayMs, work) => systemClock.after(delayMs / 20, work),
};

export interface RelayProgram {
  readonly url: string;
  readonly data: string;
  readonly program: Program;
}

export const startRelay = async (...flags: readonly string[]): Promise<RelayProgram> => {
  const data = newFolder();
  const args = ["--json", "--port", "0", "--data", data, "--registration", "open", ...flags];
  const relay = startProgram(args);
  return { url: await relay.url(), data, program: relay };
};

export interface Machine {
  readonly device: DeviceKeys;
  /** Of its SQLite. */
  readonly file: string;
  readonly store: LocalStore;
  readonly engine: Engine;
  /** What it failed at: nothing, in a good test. */
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}

const open = new Set<Machine>();

export const newStoreFile = (): string => join(newFolder(), "store.sqlite");

export const openStore = (file = newStoreFile()): LocalStore => {
  const store = openSqliteLocalStore(file);
  assert(store.ok, "a new folder takes a store");
  return store.value;
};

export const openMachine = async (
  file: string,
  device: DeviceKeys,
  relayUrl: string | undefined,
): Promise<Machine> => {
  const store = openStore(file);
  const failures: unknown[] = [];
  const engine = await openEngine({
    store,
    transport,
    http,
    clock: systemClock,
    guard: createNodeApplyGuard({ clock: systemClock }),
    randomBytes,
    device,
    relayUrl,
    program,
    onFailure: (cause) => {
      console.error(cause);
      failures.push(cause);
    },
  });
  assert(engine.ok, "its store is set up");
  const machine: Machine = {
    device,
    file,
    store,
    engine: engine.value,
    failures,
    close: async () => {
      if (!open.delete(machine)) return;
      await engine.value[Symbol.asyncDispose]();
      await store.close();
    },
  };
  open.add(machine);
  engine.value.connect();
  return machine;
};

/** Ends what still runs; nothing of it may have failed. */
export const closeMachines = async (): Promise<void> => {
  const failures = [...open].flatMap((machine) => machine.failures);
  for (const machine of open) await machine.close();
  assert(failures.length === 0, `an engine failed: ${String(failures[0])}`);
};

export interface FoundedPerson extends Machine {
  readonly user: UserId;
  readonly vault: VaultId;
  readonly phrase: Phrase;
}

/** Somebody new, whose first machine this is. */
export const foundPerson = async (relayUrl: string | undefined): Promise<FoundedPerson> => {
  const file = newStoreFile();
  const store = openStore(file);
  const device = createDeviceKeys({ randomBytes });
  const phrase = createPhrase({ randomBytes });
  const founded = await foundIdentity({ store, randomBytes }, device, paperDeviceKeys(phrase));
  assert(founded.ok, "a new store takes an identity");
  const { user, vault } = founded.value;
  if (relayUrl !== undefined) {
    const registered = await registerAccount({ store, http }, relayUrl, user);
    assert(registered.ok, "an open relay takes anybody");
  }
  await store.close();
  const machine = await openMachine(file, device, relayUrl);
  return { ...machine, user, vault, phrase };
};

export const notes: DocId = docIds.fromBytes(new Uint8Array(docIds.byteLength).fill(1));

export interface Text {
  readonly opened: OpenDoc;
  readonly read: () => string;
  /** At the end, and durable on this machine. */
  write(text: string): Promise<void>;
}

export const openText = async ({ engine }: Machine, id: VaultId, doc = notes): Promise<Text> => {
  const vault = engine.vault(id);
  assert(vault !== undefined, "the vault is here");
  const opened = await vault.open(doc);
  const text = () => opened.doc.getText("t");
  return {
    opened,
    read: () => text().toJSON(),
    write: async (more) => {
      text().insert(text().length, more);
      const saved = await opened.saved();
      assert(saved.ok, "a disk with room takes an edit");
    },
  };
};

/** Everything of that vault is at the relay, and receipted. */
export const isSent = ({ engine }: Machine, vault: VaultId): boolean => {
  const status = engine.vault(vault)?.status;
  return status?.isCaughtUp === true && status.pendingCount === 0;
};

const pollMs = 5;

export const until = async (isSo: () => boolean, what: string, msMax = 20_000): Promise<void> => {
  const giveUpAtMs = performance.now() + msMax;
  while (!isSo()) {
    assert(performance.now() < giveUpAtMs, `in ${msMax} ms: ${what}`);
    await sleep(pollMs);
  }
};
