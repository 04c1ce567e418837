/** The peers' clients: their own providers, with the sockets that ours has. */
import type * as Yjs from "yjs";
import {
  importHocuspocusProvider,
  importYjs,
  importYWebsocket,
  type Provider,
  requireWs,
} from "./peerPackages.ts";
import type { Connect, SyncClient } from "./syncClient.ts";

interface Entry {
  readonly provider: Provider;
  readonly synced: Promise<void>;
  readonly doc: Yjs.Doc;
}

const createClient = (
  { Doc }: typeof Yjs,
  connect: (doc: Yjs.Doc, name: string) => Provider,
  seed: string,
  end: () => void,
): SyncClient => {
  const entries = new Map<number, Entry>();
  const make = (number: number): Entry => {
    const doc = new Doc();
    const provider = connect(doc, `${seed}-${number}`);
    const synced = new Promise<void>((resolve) => {
      provider.on("synced", () => resolve());
      provider.on("sync", (isSynced) => {
        if (isSynced === true) resolve();
      });
    });
    return { doc, provider, synced };
  };
  return {
    open: async (number) => {
      const entry = entries.get(number) ?? make(number);
      entries.set(number, entry);
      await entry.synced;
      return entry.doc;
    },
    // What was handed to the socket is the server's as soon as it reads it.
    settled: async () => {},
    close: async () => {
      for (const { provider } of entries.values()) provider.destroy();
      end();
    },
  };
};

export const prepareYWebsocket = async (url: string, seed: string): Promise<Connect> => {
  const yjs = await importYjs();
  const { WebsocketProvider } = await importYWebsocket();
  const { WebSocket } = requireWs();
  return async () =>
    createClient(
      yjs,
      (doc, name) =>
        new WebsocketProvider(url, name, doc, { WebSocketPolyfill: WebSocket, disableBc: true }),
      seed,
      () => {},
    );
};

/** One socket for all its documents. */
export const prepareHocuspocus = async (url: string, seed: string): Promise<Connect> => {
  const yjs = await importYjs();
  const { HocuspocusProvider, HocuspocusProviderWebsocket } = await importHocuspocusProvider();
  const { WebSocket } = requireWs();
  return async () => {
    const socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
    return createClient(
      yjs,
      (document, name) => {
        const provider = new HocuspocusProvider({ websocketProvider: socket, name, document });
        provider.attach();
        return provider;
      },
      seed,
      () => socket.destroy(),
    );
  };
};
