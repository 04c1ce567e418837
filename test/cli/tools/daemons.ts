/** Daemons in this process, each with a home of its own, at a real relay: what their routes do and say. */
import { join } from "node:path";
import { systemClock, systemRandomBytes } from "@duro/client";
import {
  createFileKeyStore,
  createNodeHttp,
  createNodeTransport,
  openSqliteLocalStore,
} from "@duro/client/node";
import { assert, type Result } from "@duro/crypto/types";
import type { Calls, Talks } from "../../../packages/cli/src/api/calls.ts";
import type { Daemon } from "../../../packages/cli/src/daemon/daemon.ts";
import { createDaemonState } from "../../../packages/cli/src/daemon/daemonState.ts";
import type { CallRoute, TalkRoute } from "../../../packages/cli/src/daemon/routes.ts";
import { openSettings } from "../../../packages/cli/src/daemon/settingsFile.ts";
import { setupRoutes } from "../../../packages/cli/src/daemon/setup/setupRoutes.ts";
import type { Places } from "../../../packages/cli/src/places/places.ts";
import type { Problem } from "../../../packages/cli/src/problem.ts";
import { newFolder } from "../../relay/tools/folders.ts";

type Hear<N extends keyof Talks> = (
  line: Talks[N]["line"],
) => Talks[N]["reply"] | undefined | Promise<Talks[N]["reply"] | undefined>;

export interface InnerDaemon {
  readonly folder: string;
  readonly daemon: Daemon;
  call<N extends keyof Calls>(
    name: N,
    body: Calls[N]["body"],
  ): Promise<Result<Calls[N]["answer"], Problem>>;
  talk<N extends keyof Talks>(
    name: N,
    body: Talks[N]["body"],
    hear: Hear<N>,
  ): Promise<Result<Talks[N]["answer"], Problem>>;
  close(): Promise<void>;
}

const open = new Set<InnerDaemon>();
const silent = { info: () => {}, warn: () => {}, error: () => {} };

export const openDaemon = async (folder = newFolder()): Promise<InnerDaemon> => {
  const places = placesIn(folder);
  const store = openSqliteLocalStore(places.storeFile);
  const settings = await openSettings(places.settingsFile);
  assert(store.ok && settings.ok, "a new folder takes a daemon");
  const state = createDaemonState({
    places,
    version: "0.0.1",
    log: silent,
    clock: systemClock,
    settings: settings.value,
    store: store.value,
    keyStore: createFileKeyStore({ path: places.seedFile, randomBytes: systemRandomBytes }),
    transport: createNodeTransport(),
    http: createNodeHttp({ clock: systemClock }),
    stop: () => {},
    onChange: () => {},
  });
  const opened = await state.open();
  assert(opened.ok, "what is there opens");
  const inner: InnerDaemon = {
    folder,
    daemon: state.daemon,
    call: (name, body) =>
      (routeOf(name) as unknown as CallRoute<typeof name>).run(state.daemon, body),
    talk: <N extends keyof Talks>(name: N, body: Talks[N]["body"], hear: Hear<N>) =>
      (routeOf(name) as unknown as TalkRoute<N>).run(state.daemon, body, {
        say: (line) => void hear(line),
        ask: async (line) => hear(line),
        signal: new AbortController().signal,
      }),
    close: async () => {
      if (!open.delete(inner)) return;
      await state.close();
      await store.value.close();
    },
  };
  open.add(inner);
  return inner;
};

export const closeDaemons = async (): Promise<void> => {
  for (const inner of open) await inner.close();
};

const routeOf = (name: string) => {
  const route = setupRoutes.find((one) => one.name === name);
  assert(route !== undefined, `there is a route ${name}`);
  return route;
};

const placesIn = (folder: string): Places => ({
  home: folder,
  configFolder: folder,
  dataFolder: folder,
  stateFolder: folder,
  socket: join(folder, "socket"),
  settingsFile: join(folder, "settings.json"),
  seedFile: join(folder, "device.seed"),
  storeFile: join(folder, "store.sqlite"),
  indexFile: join(folder, "index.sqlite"),
  logFolder: join(folder, "log"),
  lockFile: join(folder, "lock"),
  startLockFile: join(folder, "start.lock"),
});
