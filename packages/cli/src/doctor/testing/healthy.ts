/** A machine on which nothing is wrong: tests take something away from it. */
import type { DaemonFacts } from "../../api/doctorCalls.ts";
import { ok } from "../../result.ts";
import type { Facts } from "../facts.ts";

export const healthyDaemon: DaemonFacts = {
  pid: 4711,
  version: "1.0.0",
  upMs: 7_200_000,
  memoryByteLength: 80_000_000,
  isSetUp: true,
  server: "https://relay.example",
  isPaused: false,
  link: "ready",
  isRemoved: false,
  relay: { isRelay: true, versionMin: 1, versionMax: 1, aheadMs: 300, socket: { isOpen: true } },
  alarms: [],
  index: { documentCount: 3, missingCount: 0 },
  wordsTested: "2026-11-02T08:00:00.000Z",
};

export const healthy: Facts = {
  platform: "linux",
  version: "1.0.0",
  node: { version: "24.21.0", path: "/usr/bin/node" },
  copies: [{ path: "/usr/local/bin/duro", isThis: true }],
  folders: [
    {
      path: "/home/ann/.local/share/duro",
      isThere: true,
      isOurs: true,
      mode: 0o700,
      copiedBy: undefined,
      isOnNetwork: false,
    },
  ],
  freeByteLength: 50_000_000_000,
  settings: { path: "/home/ann/.config/duro/settings.json", trouble: undefined },
  seed: {
    path: "/home/ann/.local/share/duro/device.seed",
    isFile: true,
    isOurs: true,
    mode: 0o600,
  },
  store: { kind: "store", path: "/home/ann/.local/share/duro/store.sqlite", version: 1 },
  socket: "answers",
  daemon: ok(healthyDaemon),
  service: {
    manager: "systemd",
    name: "duro",
    file: "/home/ann/.config/systemd/user/duro.service",
    isInstalled: true,
    isCurrent: true,
    isRunning: true,
    starts: "boot",
    lingers: true,
  },
  proxy: { shell: undefined, service: undefined },
  log: { folder: "/home/ann/.local/state/duro/log", byteLength: 4_000 },
  olderFolders: [],
  isNetworkAsked: true,
};

/** With this of the daemon's own facts. */
export const withDaemon = (facts: Partial<DaemonFacts>): Facts => ({
  ...healthy,
  daemon: ok({ ...healthyDaemon, ...facts }),
});
