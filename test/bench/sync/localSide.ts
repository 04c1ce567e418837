/** One engine alone in a process: what it writes here, and how a full vault opens. */
import type { OpenDoc } from "@duro/client";
import { assert } from "@duro/crypto/types";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serveJobs } from "../relay/jobs.ts";
import {
  docIdOf,
  newFolder,
  openDuroEngine,
  type OpenedEngine,
  untilChanged,
} from "./duroClient.ts";
import { createEdits, recordCountOf } from "./edits.ts";
import type { Place } from "./syncClient.ts";
import { createWorld } from "./world.ts";

/** About what an edit is in the outbox. */
const plainRowByteLength = 64;

const collectGarbage = (): number => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let count = 0; count < 3; count++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

interface Bench {
  write(at: number): Promise<void>;
  end(): Promise<void>;
}

/** One letter, and then `saved`. */
const openHere = async (folder: string): Promise<Bench> => {
  const world = createWorld("local", 1);
  const whose = { world, device: 0, url: undefined, folder, isNew: true };
  const { vault, end } = await openDuroEngine(whose);
  const open = await vault.open(docIdOf(0));
  const make = createEdits({ kind: "letters", count: 0, docCount: 1 }, [open.doc]);
  return {
    write: async (at) => {
      make(at);
      const saved = await open.saved();
      assert(saved.ok, "there is room");
    },
    end,
  };
};

/** The bare work: one row in one transaction, as durable. */
const openPlain = (folder: string): Bench => {
  const database = new DatabaseSync(join(folder, "plain.sqlite"));
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  database.exec("create table rows (key integer primary key, value blob not null) strict");
  const insert = database.prepare("insert into rows (value) values (?)");
  const row = new Uint8Array(plainRowByteLength).fill(7);
  return {
    write: async () => void insert.run(row),
    end: async () => database.close(),
  };
};

const perSecond = async (bench: Bench, from: number, count: number): Promise<number> => {
  const startedMs = performance.now();
  for (let at = from; at < from + count; at += 1) await bench.write(at);
  return (count * 1_000) / (performance.now() - startedMs);
};

/** A disk is a hundred times slower in one second than in the next: they take turns, and short ones. */
const writesPerTurn = 10;

const writeDurably = async ({ count }: { count: number }) => {
  const folder = newFolder();
  const [here, plain] = [await openHere(folder), openPlain(folder)];
  const turns: { readonly here: number; readonly plain: number }[] = [];
  for (let at = 0; at < count; at += writesPerTurn)
    turns.push({
      here: await perSecond(here, at, writesPerTurn),
      plain: await perSecond(plain, at, writesPerTurn),
    });
  await here.end();
  await plain.end();
  rmSync(folder, { recursive: true, force: true });
  return turns;
};

interface Storing {
  readonly place: Place;
  readonly folder: string;
  readonly docCount: number;
  readonly updateCount: number;
}

/** Every document once in each turn, so that each update stands alone. */
const store = async ({ place, folder, docCount, updateCount }: Storing): Promise<void> => {
  const world = createWorld(place.seed, place.deviceCount);
  const whose = { world, device: 0, url: place.url, folder, isNew: true };
  const { engine, vault, end } = await openDuroEngine(whose);
  await untilChanged(engine, () => vault.status.isCaughtUp);
  const docs = await Promise.all(
    Array.from({ length: docCount }, (_, doc) => vault.open(docIdOf(doc))),
  );
  const makers = docs.map(({ doc }) =>
    createEdits({ kind: "records", count: updateCount, docCount: 1 }, [doc]),
  );
  for (let at = 0; at < updateCount / docCount; at += 1) {
    for (const make of makers) make(at);
    await nextTurn();
  }
  for (const doc of docs) await doc.saved();
  await untilChanged(engine, () => vault.status.pendingCount === 0);
  for (const doc of docs) await doc[Symbol.asyncDispose]();
  await end();
};

interface Opening {
  readonly place: Place;
  readonly folder: string;
  readonly docCount: number;
}

export interface OpenedVault {
  /** Until the engine is there, and until the first document can be used. */
  readonly engineMs: number;
  readonly firstDocMs: number;
  /** Held behind garbage collection, more than before the engine. */
  readonly engineBytes: number;
  readonly oneDocBytes: number;
  readonly allDocsBytes: number;
  /** Once all are closed again. */
  readonly noDocBytes: number;
}

/** Apart, so that no frame of ours holds on to a document that is closed. */
const bytesOfAll = async (vault: OpenedEngine["vault"], docCount: number): Promise<number> => {
  const docs: OpenDoc[] = [];
  for (let doc = 0; doc < docCount; doc += 1) docs.push(await vault.open(docIdOf(doc)));
  const bytes = collectGarbage();
  for (const doc of docs) await doc[Symbol.asyncDispose]();
  return bytes;
};

const openStored = async ({ place, folder, docCount }: Opening): Promise<OpenedVault> => {
  const world = createWorld(place.seed, place.deviceCount);
  const base = collectGarbage();
  const startedMs = performance.now();
  // Of a machine that is offline: what opening costs is no relay's.
  const whose = { world, device: 0, url: undefined, folder, isNew: false };
  const { vault, end } = await openDuroEngine(whose);
  const engineMs = performance.now() - startedMs;
  const first = await vault.open(docIdOf(0));
  const count = recordCountOf(first.doc);
  const firstDocMs = performance.now() - startedMs;
  assert(count > 0, "the document is there");
  const oneDocBytes = collectGarbage() - base;
  await first[Symbol.asyncDispose]();
  const engineBytes = collectGarbage() - base;
  const allDocsBytes = (await bytesOfAll(vault, docCount)) - base;
  const noDocBytes = collectGarbage() - base;
  await end();
  return { engineMs, firstDocMs, engineBytes, oneDocBytes, allDocsBytes, noDocBytes };
};

const jobs = { writeDurably, store, openStored };

export type LocalSide = typeof jobs;
serveJobs(jobs);
