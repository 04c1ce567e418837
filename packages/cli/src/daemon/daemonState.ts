/** What of the daemon changes while it runs: who lives here, and whether sync is paused. */
import { err, ok, type Result } from "@duro/crypto/types";
import type { Problem } from "../problem.ts";
import type { Daemon, Home } from "./daemon.ts";
import { createHomeSlot, type HomeSlotDeps } from "./homeSlot.ts";
import { notSetUp } from "./notSetUp.ts";
import { createPause } from "./pause.ts";
import { setupNotices } from "./setup/deviceNotices.ts";
import { keepRegistering } from "./setup/registering.ts";
import { noticesOf } from "./sync/notices.ts";

export interface DaemonStateDeps extends HomeSlotDeps {
  readonly stop: () => void;
}

export interface DaemonState {
  readonly daemon: Daemon;
  open(): Promise<Result<Home | undefined, Problem>>;
  close(): Promise<void>;
}

export const createDaemonState = (deps: DaemonStateDeps): DaemonState => {
  const { places, version, log, clock, settings, store, keyStore, transport, http } = deps;
  const slot = createHomeSlot(deps);
  const pause = createPause({
    settings,
    clock,
    log,
    onChange: (isPaused) => {
      if (isPaused) slot.home?.engine.disconnect();
      else slot.home?.engine.connect();
    },
  });

  const daemon: Daemon = {
    places,
    settings,
    log,
    version,
    nowMs: () => clock.nowMs(),
    after: (ms, run) => clock.after(ms, run),
    store,
    keyStore,
    transport,
    http,
    get home() {
      return slot.home;
    },
    get trouble() {
      return slot.trouble;
    },
    reopen: async () => {
      const opened = await slot.open();
      if (!opened.ok) return opened;
      return opened.value === undefined ? err(notSetUp) : ok(opened.value);
    },
    pause: (until) => pause.set(until),
    notices: (at) => [...noticesOf(at), ...setupNotices(daemon, at)],
    stop: deps.stop,
  };

  return {
    daemon,
    open: async () => {
      await pause.begin();
      const opened = await slot.open();
      if (slot.home !== undefined) keepRegistering(daemon);
      return opened;
    },
    close: () => {
      pause.stop();
      return slot.close();
    },
  };
};
