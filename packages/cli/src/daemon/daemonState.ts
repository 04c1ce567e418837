/** What of the daemon changes while it runs: who lives here, and whether sync is paused. */
import type { Clock, Http, KeyStore, LocalStore, Transport } from "@duro/client";
import { err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../exits.ts";
import type { Places } from "../places/places.ts";
import type { Problem } from "../problem.ts";
import type { Daemon, Home } from "./daemon.ts";
import type { DaemonLog } from "./log.ts";
import { type Change, openHome, type OpenHome } from "./openHome.ts";
import type { SettingsFile } from "./settings.ts";
import { setupNotices } from "./setup/deviceNotices.ts";
import { keepRegistering } from "./setup/registering.ts";
import { noticesOf } from "./sync/notices.ts";

const tryAgainMs = 30_000;

export interface DaemonStateDeps {
  readonly places: Places;
  readonly version: string;
  readonly log: DaemonLog;
  readonly clock: Clock;
  readonly settings: SettingsFile;
  readonly store: LocalStore;
  readonly keyStore: KeyStore;
  readonly transport: Transport;
  readonly http: Http;
  readonly stop: () => void;
  readonly onChange: (change: Change) => void;
}

export interface DaemonState {
  readonly daemon: Daemon;
  open(): Promise<Result<Home | undefined, Problem>>;
  close(): Promise<void>;
}

export const createDaemonState = (deps: DaemonStateDeps): DaemonState => {
  const { places, version, log, clock, settings, store, keyStore, transport, http } = deps;
  let home: OpenHome | undefined;
  let trouble: Problem | undefined;
  let endPause: (() => void) | undefined;
  let endTrying: (() => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: two that open at once would both hold the store. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };

  const close = async (): Promise<void> => {
    const open = home;
    home = undefined;
    await open?.[Symbol.asyncDispose]();
  };

  const open = async (): Promise<Result<Home | undefined, Problem>> => {
    await close();
    const { server, pausedUntil } = settings.now;
    const opened = await openHome({
      store,
      keyStore,
      transport,
      http,
      clock,
      log,
      version,
      server,
      indexFile: places.indexFile,
      isPaused: pausedUntil !== undefined,
      isRemovedByRelay: () =>
        settings.now.isRemovedByRelay === true && settings.now.pausedUntil === undefined,
      onChange: (change) => {
        if (change === "status") heedRelay();
        deps.onChange(change);
      },
    });
    home = opened.ok ? opened.value : undefined;
    trouble = opened.ok ? undefined : opened.error;
    endTrying?.();
    // The relay may have it in a while; what else there is a person has to mend.
    if (trouble?.exit === Exit.Offline)
      endTrying = clock.after(tryAgainMs, () => void inTurn(open).catch(() => undefined));
    return opened;
  };

  /** What the relay says of this device outlives a restart, until it lets the device in again. */
  const heedRelay = (): void => {
    if (home === undefined) return;
    const { link, ended } = home.engine.status;
    const said = isTurnedAway(ended);
    if (link !== "ready" && !said) return;
    const isRemovedByRelay = link !== "ready";
    if ((settings.now.isRemovedByRelay ?? false) === isRemovedByRelay) return;
    settings
      .change({ isRemovedByRelay })
      .catch(() => log.warn("the settings could not be written"));
  };

  /** A pause may end while the daemon does not run. */
  const watchPause = (): void => {
    endPause?.();
    const until = settings.now.pausedUntil;
    if (typeof until !== "number") return;
    endPause = clock.after(Math.max(0, until - clock.nowMs()), () => {
      pause(undefined).catch(() => log.warn("a pause could not be ended"));
    });
  };

  const pause: Daemon["pause"] = async (until) => {
    await settings.change({ pausedUntil: until });
    watchPause();
    if (until === undefined) home?.engine.connect();
    else home?.engine.disconnect();
  };

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
      return home;
    },
    get trouble() {
      return trouble;
    },
    reopen: () =>
      inTurn(async () => {
        const opened = await open();
        if (!opened.ok) return opened;
        return opened.value === undefined ? err(nobodyHere) : ok(opened.value);
      }),
    pause,
    notices: (at) => [...noticesOf(at), ...setupNotices(daemon, at)],
    stop: deps.stop,
  };

  return {
    daemon,
    open: async () => {
      const opened = await inTurn(async () => {
        const until = settings.now.pausedUntil;
        if (typeof until === "number" && until <= clock.nowMs())
          await settings.change({ pausedUntil: undefined });
        watchPause();
        return open();
      });
      if (home !== undefined) keepRegistering(daemon);
      return opened;
    },
    close: () => {
      endPause?.();
      endTrying?.();
      return inTurn(close);
    },
  };
};

const isTurnedAway = (ended: Home["engine"]["status"]["ended"]): boolean =>
  (ended?.kind === "closed" && ended.refusal === "DeviceRemoved") ||
  (ended?.kind === "refused" && ended.refusal.name === "DeviceRemoved");

const nobodyHere: Problem = {
  code: "NotSetUp",
  exit: Exit.NotSetUp,
  message: "There is no identity on this machine yet.",
  next: "duro init; or duro join, to add this machine to a memory that you have",
};
