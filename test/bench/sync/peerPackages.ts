/**
 * The peers' own packages: no part of the workspace, installed beside their manifest on first use.
 * What of them is used has a small type of its own here.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Ws from "ws";
import type * as Yjs from "yjs";

const folder = join(import.meta.dirname, "peers");
const requireFile = createRequire(join(folder, "package.json"));

export const installPeers = (): void => {
  if (existsSync(join(folder, "node_modules", ".package-lock.json"))) return;
  console.log("Installing the peers …");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--loglevel=error"], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("the peers cannot be installed: is the npm registry there?");
};

const importFile = (path: string): Promise<unknown> =>
  import(pathToFileURL(join(folder, "node_modules", path)).href);

/** Theirs: two copies of Yjs do not know each other's documents. */
export const importYjs = async (): Promise<typeof Yjs> =>
  (await importFile("yjs/dist/yjs.mjs")) as typeof Yjs;

export interface Provider {
  on(event: "sync" | "synced", listener: (isSynced?: boolean) => void): void;
  destroy(): void;
}

interface YWebsocket {
  readonly WebsocketProvider: new (
    url: string,
    room: string,
    doc: Yjs.Doc,
    options: { readonly WebSocketPolyfill: unknown; readonly disableBc: boolean },
  ) => Provider;
}

export const importYWebsocket = async (): Promise<YWebsocket> =>
  (await importFile("y-websocket/src/y-websocket.js")) as YWebsocket;

interface YWebsocketServer {
  readonly setupWSConnection: (socket: unknown, request: unknown) => void;
}

export const requireYWebsocketServer = (): YWebsocketServer =>
  requireFile("y-websocket/bin/utils") as YWebsocketServer;

interface HocuspocusProvider {
  readonly HocuspocusProviderWebsocket: new (options: {
    readonly url: string;
    readonly WebSocketPolyfill: unknown;
  }) => { destroy(): void };
  readonly HocuspocusProvider: new (options: {
    readonly websocketProvider: unknown;
    readonly name: string;
    readonly document: Yjs.Doc;
  }) => Provider & { attach(): void };
}

export const importHocuspocusProvider = async (): Promise<HocuspocusProvider> =>
  (await importFile("@hocuspocus/provider/dist/hocuspocus-provider.esm.js")) as HocuspocusProvider;

interface HocuspocusServer {
  readonly Server: new (options: { readonly quiet: boolean; readonly port: number }) => {
    listen(): Promise<unknown>;
    readonly webSocketURL: string;
    readonly address: { readonly port: number };
  };
}

export const importHocuspocusServer = async (): Promise<HocuspocusServer> =>
  (await importFile("@hocuspocus/server/dist/hocuspocus-server.esm.js")) as HocuspocusServer;

/** As the workspace's, so that all sides have the same sockets. */
export const requireWs = (): typeof Ws => requireFile("ws") as typeof Ws;
