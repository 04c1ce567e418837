/** The engine as it is, on a machine of the world: people edit Yjs documents with it. */
import { assert, bytesToHex, err, LogKind } from "@duro/crypto/types";
import { docDigestOf, encodeRecord, type LogRecord } from "@duro/crypto/verify";
import { type DocId, docIds, type LogName, type VaultId } from "@duro/protocol";
import { applyUpdate, Doc, encodeStateAsUpdate } from "yjs";
import {
  type AlarmType,
  type Engine,
  type Http,
  openEngine,
  type OpenDoc,
} from "../../packages/client/src/index.ts";
import { selfWrite } from "../../packages/client/src/engine/self.ts";
import { createDirectGuard } from "../../packages/client/src/testing/directGuard.ts";
import { openFollowedLogs } from "../../packages/client/src/logs/followedLogs.ts";
import { editDoc, editIdsOf } from "./documents.ts";
import type { Program, ProgramDeps, Seen } from "./program.ts";
import { createSteward } from "./steward.ts";

/** The same on every machine. */
const docOf = (document: number): DocId => docIds.fromBytes(new Uint8Array(16).fill(document + 1));

const documentCountMax = 16;

/** As after pairing: the machine knows who it is, and the logs as they were then. */
const setUp = async ({ store, books, device }: ProgramDeps): Promise<boolean> => {
  const owner = books.people.find(({ state }) => state.devices.has(device.id));
  assert(owner !== undefined, "the device is in the books");
  const logs = await openFollowedLogs(store);
  const take = async (name: LogName, records: readonly LogRecord[]): Promise<boolean> =>
    (await logs.take(name, 0, records.map(encodeRecord))).ok;
  for (const person of books.people) {
    const name: LogName = { kind: LogKind.Identity, log: person.state.user };
    if (!(await take(name, person.records))) return false;
  }
  const vaultLog: LogName = { kind: LogKind.Vault, log: books.vault.state.vault };
  if (!(await take(vaultLog, books.vault.records))) return false;
  return (await store.commit([selfWrite(owner.state.user)])).ok;
};

/** The world has sockets and nothing else: no blob comes to the relay, so no checkpoint does. */
const noHttp: Http = {
  request: async () => err({ type: "Unreachable", code: "NO_HTTP" }),
};

export const startEngineProgram = async (deps: ProgramDeps): Promise<Program> => {
  const { store, transport, clock, randomBytes, device, relayUrl, fail } = deps;
  const open = (): ReturnType<typeof openEngine> =>
    openEngine({
      store,
      transport,
      http: noHttp,
      clock,
      guard: createDirectGuard(),
      randomBytes,
      device,
      relayUrl,
      program: "sim 1",
      onFailure: (cause) => fail(cause),
    });
  let opened = await open();
  while (!opened.ok) {
    // A disk without room refuses this too: the person tries again.
    if (!(await setUp(deps))) await later(deps);
    opened = await open();
  }
  const engine = opened.value;
  engine.connect();
  return programOf(deps, engine, deps.books.vault.state.vault);
};

const retryMs = 10_000;

const later = ({ clock }: ProgramDeps): Promise<void> =>
  new Promise((resolve) => void clock.after(retryMs, resolve));

/** How long a document stays open behind an edit. */
const lookMeanMs = 20_000;

const programOf = (deps: ProgramDeps, engine: Engine, vaultId: VaultId): Program => {
  const { store, clock, fail } = deps;
  const alarms: AlarmType[] = [];
  engine.onAlarm(({ raised }) => {
    for (const { type } of raised) {
      alarms.push(type);
      deps.onAlarm(type);
    }
  });
  const openDoc = async (document: number): Promise<OpenDoc> => {
    const vault = engine.vault(vaultId);
    assert(vault !== undefined, "the vault was there from the start");
    return vault.open(docOf(document));
  };
  return {
    edit: async (document, editId, text, rng) => {
      const held = await openDoc(document);
      editDoc(held.doc, editId, text, rng);
      const saved = await held.saved();
      const dispose = (): void => void held[Symbol.asyncDispose]().then(undefined, fail);
      // Some look at it for a while; others come and go meanwhile.
      if (rng.chance(0.5)) clock.after(rng.waitMs(lookMeanMs), dispose);
      else dispose();
      return saved.ok;
    },
    look: async () => {
      const seen = new Map<number, Seen>();
      for (let document = 0; document < documentCountMax; document++) {
        const held = await openDoc(document);
        const editIds = editIdsOf(held.doc);
        if (editIds.size > 0) seen.set(document, { editIds, digest: digestOf(held.doc) });
        await held[Symbol.asyncDispose]();
      }
      return seen;
    },
    get unrest() {
      const status = engine.vault(vaultId)?.status;
      if (status === undefined) return "no vault is open";
      const { isCaughtUp, pendingCount, heldCount } = status;
      if (isCaughtUp && pendingCount === 0 && heldCount === 0) return undefined;
      return `${isCaughtUp ? "" : "not "}caught up, ${pendingCount} pending, ${heldCount} held`;
    },
    alarms,
    steward: createSteward(deps, engine, vaultId),
    stop: async () => {
      await engine[Symbol.asyncDispose]();
      await store.close();
    },
  };
};

/** Of a fresh document: live ones of two machines encode alike things differently. */
const digestOf = (doc: Doc): string => {
  const fresh = new Doc({ gc: true });
  applyUpdate(fresh, encodeStateAsUpdate(doc));
  return bytesToHex(docDigestOf(encodeStateAsUpdate(fresh)));
};
