/** The engine as it is, on a machine of the world: people edit Yjs documents with it. */
import { assert, bytesToHex } from "@duro/crypto/types";
import { docDigestOf } from "@duro/crypto/verify";
import { type DocId, docIds, type VaultId } from "@duro/protocol";
import { applyUpdate, Doc, encodeStateAsUpdate } from "yjs";
import {
  type AlarmType,
  type Engine,
  joinByPairing,
  openEngine,
  type OpenDoc,
} from "../../packages/client/src/index.ts";
import { selfWrite } from "../../packages/client/src/engine/self.ts";
import { createDirectGuard } from "../../packages/client/src/testing/directGuard.ts";
import { recover } from "../../packages/client/src/flows/recover.ts";
import { openFollowedLogs } from "../../packages/client/src/logs/followedLogs.ts";
import { createDoorkeeper } from "./doorkeeper.ts";
import { editDoc, editIdsOf, textOf } from "./documents.ts";
import type { Program, ProgramDeps, Seen } from "./program.ts";
import { createSteward } from "./steward.ts";

/** The same on every machine. */
const docOf = (document: number): DocId => docIds.fromBytes(new Uint8Array(16).fill(document + 1));

const documentCountMax = 16;

/** As after pairing: the machine knows who it is, and the logs as they were then. */
const setUp = async (deps: ProgramDeps): Promise<boolean> => {
  const { store, books, owner, phrase, sitDown, logsNow } = deps;
  if (sitDown !== undefined) return pair(deps, sitDown);
  if (phrase !== undefined) {
    const confirm = async (): Promise<boolean> => true;
    const recovered = await recover({ ...deps, program: "sim 1" }, { phrase, confirm });
    deps.note(
      `${deps.machine} comes back by words: ${recovered.ok ? "done" : recovered.error.type}`,
    );
    return recovered.ok;
  }
  const logs = await openFollowedLogs(store);
  for (const { name, records } of logsNow())
    if (!(await logs.take(name, 0, records)).ok) return false;
  const user = books.people[owner]?.state.user;
  assert(user !== undefined, "everybody is in the books");
  return (await store.commit([selfWrite(user)])).ok;
};

const pair = async (
  deps: ProgramDeps,
  sitDown: NonNullable<ProgramDeps["sitDown"]>,
): Promise<boolean> => {
  const sitting = await sitDown();
  if (sitting === undefined) return false;
  const joined = await joinByPairing({ ...deps, program: "sim 1" }, sitting.screen, sitting.as);
  sitting.over(joined);
  return joined.ok;
};

export const startEngineProgram = async (deps: ProgramDeps): Promise<Program> => {
  const { store, transport, http, clock, randomBytes, device, relayUrl, fail } = deps;
  const open = (): ReturnType<typeof openEngine> =>
    openEngine({
      store,
      transport,
      http,
      clock,
      guard: createDirectGuard(),
      randomBytes,
      device,
      relayUrl,
      perCheckpoint: deps.perCheckpoint,
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
  loginAgain(deps, engine);
  return programOf(deps, engine, deps.books.vault.state.vault);
};

const retryMs = 10_000;

const later = ({ clock }: ProgramDeps): Promise<void> =>
  new Promise((resolve) => void clock.after(retryMs, resolve));

const loginAgainMs = 600_000;

/** As the daemon does: a relay that was put back may hear of this device from another one. */
const loginAgain = (deps: ProgramDeps, engine: Engine): void => {
  deps.clock.after(loginAgainMs, () => {
    const { link, ended } = engine.status;
    const isRefused = ended !== undefined && "refusal" in ended;
    if (link === "stopped" && isRefused) engine.connect();
    loginAgain(deps, engine);
  });
};

/** How long a document stays open behind an edit. */
const lookMeanMs = 20_000;

const programOf = (deps: ProgramDeps, engine: Engine, vaultId: VaultId): Program => {
  const { store, clock, fail, isPhone } = deps;
  const alarms: AlarmType[] = [];
  engine.onAlarm(({ raised }) => {
    for (const { type } of raised) {
      alarms.push(type);
      deps.onAlarm(type);
    }
  });
  const openDoc = async (document: number): Promise<OpenDoc> => {
    const vault = engine.vault(vaultId);
    assert(vault !== undefined, "nobody opens a document of a vault that is not here");
    return vault.open(docOf(document));
  };
  return {
    edit: async (document, editId, text, rng) => {
      // Who has just come back by words knows of no vault before the relay has shown it.
      if (engine.vault(vaultId) === undefined) return false;
      const held = await openDoc(document);
      editDoc(held.doc, editId, text, rng);
      const saved = await held.saved();
      const dispose = (): void => void held[Symbol.asyncDispose]().then(undefined, fail);
      // Some look at it for a while; others come and go meanwhile.
      if (rng.chance(0.5)) clock.after(rng.waitMs(lookMeanMs), dispose);
      else dispose();
      return saved.ok;
    },
    compact: () => engine.compact(vaultId),
    look: async () => {
      const seen = new Map<number, Seen>();
      if (engine.vault(vaultId) === undefined) return seen;
      for (let document = 0; document < documentCountMax; document++) {
        const held = await openDoc(document);
        const editIds = editIdsOf(held.doc);
        if (editIds.size > 0)
          seen.set(document, { editIds, text: textOf(held.doc), digest: digestOf(held.doc) });
        await held[Symbol.asyncDispose]();
      }
      return seen;
    },
    get unrest() {
      const status = engine.vault(vaultId)?.status;
      if (status === undefined) return "no vault is open";
      const { isCaughtUp, heldCount } = status;
      // What is typed on one that only reads waits for ever.
      const pendingCount = isPhone ? 0 : status.pendingCount;
      if (isCaughtUp && pendingCount === 0 && heldCount === 0) return undefined;
      return `${isCaughtUp ? "" : "not "}caught up, ${pendingCount} pending, ${heldCount} held`;
    },
    alarms,
    get standingAlarms() {
      return engine.alarms.flatMap(({ alarm, healedAtMs }) =>
        healedAtMs === undefined ? [alarm.type] : [],
      );
    },
    steward: isPhone ? undefined : createSteward(deps, engine, vaultId),
    doorkeeper: isPhone ? undefined : createDoorkeeper(deps, engine, vaultId),
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
