/** One device in a page: the same engine, on what a browser has. The test calls it by `window.device`. */
import { createDeviceKeys, systemRandomBytes } from "@duro/crypto";
import { type DocId, docIds, vaultIds } from "@duro/protocol";
import { joinByPairing, openEngine, type Engine, type OpenDoc, systemClock } from "@duro/client";
import {
  createBrowserApplyGuard,
  createBrowserHttp,
  createBrowserTransport,
  openDexieLocalStore,
} from "@duro/client/browser";

/** What the test gives the page. */
export interface BrowserScreen {
  showCode(code: string): Promise<void>;
  showCheckNumber(number: string): Promise<void>;
}

export interface BrowserDevice {
  /** Resolves when it is in, and connected. */
  join(relayUrl: string): Promise<void>;
  open(vault: string, doc: string): Promise<void>;
  write(text: string): Promise<void>;
  read(): string;
  /** Everything of it is at the relay. */
  isSent(): boolean;
  failures(): readonly string[];
}

declare global {
  // What is here is the page's own.
  var device: BrowserDevice;
  var screenOfTest: BrowserScreen;
}

const storeName = "duro";
const randomBytes = systemRandomBytes;
const transport = createBrowserTransport();
const program = "page 1";
const failures: string[] = [];
let engine: Engine | undefined;
let opened: { readonly doc: OpenDoc; readonly vault: string } | undefined;

const fail = (what: string): never => {
  failures.push(what);
  throw new Error(what);
};

const vaultOf = (id: string) => {
  const vault = vaultIds.parse(id);
  return vault.ok ? engine?.vault(vault.value) : undefined;
};

const docOf = (id: string): DocId => {
  const doc = docIds.parse(id);
  return doc.ok ? doc.value : fail("no document's id");
};

globalThis.device = {
  join: async (relayUrl) => {
    const store = await openDexieLocalStore(storeName);
    if (!store.ok) return fail(store.error.type);
    const device = createDeviceKeys({ randomBytes });
    const deps = {
      store: store.value,
      transport,
      clock: systemClock,
      randomBytes,
      device,
      program,
    };
    const joined = await joinByPairing(
      { ...deps, relayUrl },
      {
        showCode: (code) => void screenOfTest.showCode(code.reveal()),
        showCheckNumber: (number) => void screenOfTest.showCheckNumber(number),
      },
    );
    if (!joined.ok) return fail(joined.error.type);
    const made = await openEngine({
      ...deps,
      relayUrl,
      http: createBrowserHttp({ clock: systemClock }),
      guard: createBrowserApplyGuard({ clock: systemClock }),
      onFailure: (cause) => failures.push(String(cause)),
    });
    if (!made.ok) return fail(made.error.type);
    engine = made.value;
    engine.connect();
    return undefined;
  },
  open: async (vault, doc) => {
    const found = vaultOf(vault);
    if (found === undefined) return fail("the vault is not here");
    opened = { doc: await found.open(docOf(doc)), vault };
    return undefined;
  },
  write: async (text) => {
    const words = opened?.doc.doc.getText("t");
    words?.insert(words.length, text);
    const saved = await opened?.doc.saved();
    if (saved?.ok !== true) fail("it is not saved");
  },
  read: () => opened?.doc.doc.getText("t").toJSON() ?? "",
  isSent: () => {
    const status = opened && vaultOf(opened.vault)?.status;
    return status?.isCaughtUp === true && status.pendingCount === 0;
  },
  failures: () => failures,
};
