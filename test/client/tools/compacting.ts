/** Devices with their stores in files, at a relay that keeps blobs and whose trash a test lets pass. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DeviceKeys, systemRandomBytes } from "@duro/crypto";
import { assert, bytesToHex } from "@duro/crypto/types";
import { docDigestOf } from "@duro/crypto/verify";
import { type DocId, docIds, times } from "@duro/protocol";
import { type Clock, type Engine, openEngine, systemClock, type Vault } from "@duro/client";
import {
  createNodeApplyGuard,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "@duro/client/node";
import { applyUpdate, Doc, encodeStateAsUpdate } from "yjs";
import { seedStore } from "../../../packages/client/src/testing/seedStore.ts";
import type { LocalStore } from "../../../packages/client/src/ports/localStore.ts";
import { createMemoryTidyStore } from "../../../packages/server/src/testing/memoryTidyStore.ts";
import { runTidying, type TidyingReport } from "../../../packages/server/src/tidy/runTidying.ts";
import { newFolder } from "../../relay/tools/folders.ts";
import { openWorld, until } from "./world.ts";

export const docOf = (number: number): DocId =>
  docIds.fromBytes(new Uint8Array(docIds.byteLength).fill(number));

export interface Station {
  readonly engine: Engine;
  readonly vault: Vault;
  readonly store: LocalStore;
  readonly folder: string;
  readonly failures: readonly unknown[];
  /** One envelope for each, at the relay when it is done. */
  write(text: string, doc?: DocId): Promise<void>;
  /** Of everything after that place. */
  erase(at: number, length: number, doc?: DocId): Promise<void>;
  text(doc?: DocId): Promise<string>;
  digest(doc?: DocId): Promise<string>;
  compact(): Promise<NonNullable<Awaited<ReturnType<Engine["compact"]>>>>;
  close(): Promise<void>;
}

const open = new Set<Station>();

/** What a device does by and by it does in these tests when it is told to, and at no other time. */
const clock: Clock = {
  nowMs: () => systemClock.nowMs(),
  after: (delayMs, work) =>
    delayMs > times.gatherMs ? () => {} : systemClock.after(delayMs, work),
};

export const openIn = (folder: string): LocalStore => {
  const opened = openSqliteLocalStore(join(folder, "store.sqlite"));
  assert(opened.ok, "a folder of our own takes a store");
  return opened.value;
};

/** What they failed at: nothing, in a good test. */
export const closeStations = async (): Promise<readonly unknown[]> => {
  const failures = [...open].flatMap((station) => station.failures);
  for (const station of open) await station.close();
  return failures;
};

type World = Awaited<ReturnType<typeof openWorld>>;

export interface CompactingWorld extends World {
  station(
    device: DeviceKeys,
    given?: { readonly folder?: string; readonly openStore?: (folder: string) => LocalStore },
  ): Promise<Station>;
  tidy(): Promise<TidyingReport>;
  pass(ms: number): void;
  /** Everything that belongs into the trash is in it, and gone for good. */
  prune(): Promise<number>;
}

export const openCompactingWorld = async (): Promise<CompactingWorld> => {
  let passedMs = 0;
  const nowMs = (): number => Date.now() + passedMs;
  const world = await openWorld({ nowMs });
  const { stores, relay, person, vault } = world;
  const tidyStore = createMemoryTidyStore(stores.data, stores.blobStore);

  const tidy = async (): Promise<TidyingReport> => {
    const failures: unknown[] = [];
    const report = await runTidying(
      {
        ...stores,
        tidyStore,
        logs: relay.relay.logs,
        onFailure: (_, cause) => failures.push(cause),
      },
      { nowMs, shouldStop: () => false },
    );
    assert(report !== undefined && failures.length === 0, "tidying comes to its end");
    return report;
  };

  const station = async (
    device: DeviceKeys,
    {
      folder = newFolder(),
      openStore = openIn,
    }: { readonly folder?: string; readonly openStore?: (folder: string) => LocalStore } = {},
  ): Promise<Station> => {
    const store = openStore(folder);
    if ((await store.get("facts", new TextEncoder().encode("self:"))) === undefined)
      await seedStore(store, person.state.user, [...person.records, ...vault.records]);
    const failures: unknown[] = [];
    const engine = await openEngine({
      store,
      transport: createNodeTransport(),
      http: createNodeHttp({ clock }),
      clock,
      guard: createNodeApplyGuard({ clock: systemClock }),
      randomBytes: systemRandomBytes,
      device,
      relayUrl: relay.url,
      program: "test 1",
      onFailure: (cause) => {
        console.error(cause);
        failures.push(cause);
      },
    });
    assert(engine.ok, "the store was seeded");
    engine.value.connect();
    const made = stationOf(engine.value, store, folder, failures);
    open.add(made);
    return made;
  };

  const stationOf = (
    engine: Engine,
    store: LocalStore,
    folder: string,
    failures: readonly unknown[],
  ): Station => {
    const face = engine.vault(vault.state.vault);
    assert(face !== undefined, "the vault's log is here");
    const edit = async (doc: DocId, change: (of: Doc) => void): Promise<void> => {
      await using held = await face.open(doc);
      change(held.doc);
      assert((await held.saved()).ok, "a disk with room takes an edit");
      await until(() => face.status.isCaughtUp && face.status.pendingCount === 0, 20_000);
    };
    const look = async <T>(doc: DocId, read: (of: Doc) => T): Promise<T> => {
      await using held = await face.open(doc);
      return read(held.doc);
    };
    const made: Station = {
      engine,
      vault: face,
      store,
      folder,
      failures,
      write: (text, doc = docOf(1)) =>
        edit(doc, (of) => of.getText("t").insert(of.getText("t").length, text)),
      erase: (at, length, doc = docOf(1)) => edit(doc, (of) => of.getText("t").delete(at, length)),
      text: (doc = docOf(1)) => look(doc, (of) => of.getText("t").toJSON()),
      digest: (doc = docOf(1)) => look(doc, digestOf),
      compact: async () => {
        await until(() => face.status.isCaughtUp && face.status.pendingCount === 0, 20_000);
        const done = await engine.compact(vault.state.vault);
        assert(done !== undefined, "a vault at a relay is looked after");
        await until(() => face.status.pendingCount === 0, 20_000);
        return done;
      },
      close: async () => {
        if (!open.delete(made)) return;
        await engine[Symbol.asyncDispose]();
        await store.close();
      },
    };
    return made;
  };

  return {
    ...world,
    station,
    tidy,
    pass: (ms: number) => {
      passedMs += ms;
    },
    prune: async (): Promise<number> => {
      await tidy();
      passedMs += times.trashLifetimeMs;
      return (await tidy()).removedCount;
    },
  };
};

/** Of a fresh document: live ones of two machines encode alike things differently. */
const digestOf = (doc: Doc): string => {
  const fresh = new Doc({ gc: true });
  applyUpdate(fresh, encodeStateAsUpdate(doc));
  return bytesToHex(docDigestOf(encodeStateAsUpdate(fresh)));
};

/** Long enough that three of them make a checkpoint due, and no deflate makes them much shorter. */
export const longText = (): string => bytesToHex(systemRandomBytes(200_000));

/** Files of a folder in which these bytes stand. */
export const filesWith = (folder: string, text: string): readonly string[] =>
  readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(text));
