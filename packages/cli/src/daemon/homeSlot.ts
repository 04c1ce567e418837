/** Who lives on this machine: opened, opened anew, and tried again where only the relay was missing. */
import type { Clock, Http, KeyStore, LocalStore, Transport } from "@duro/client";
import type { Result } from "@duro/crypto/types";
import { Exit } from "../exits.ts";
import type { Places } from "../places/places.ts";
import type { Problem } from "../problem.ts";
import type { Home } from "./daemon.ts";
import type { DaemonLog } from "./log.ts";
import { type Change, openHome, type OpenHome } from "./openHome.ts";
import { heedRelay } from "./relayWord.ts";
import type { SettingsFile } from "./settings.ts";
import { createTurns } from "./turns.ts";

export interface HomeSlotDeps {
  readonly places: Places;
  readonly version: string;
  readonly log: DaemonLog;
  readonly clock: Clock;
  readonly settings: SettingsFile;
  readonly store: LocalStore;
  readonly keyStore: KeyStore;
  readonly transport: Transport;
  readonly http: Http;
  readonly onChange: (change: Change) => void;
}

export interface HomeSlot {
  /** Undefined: nobody lives here, or see `trouble`. */
  readonly home: Home | undefined;
  /** Why the last try to open it failed. */
  readonly trouble: Problem | undefined;
  /** Closes what is open first. */
  open(): Promise<Result<Home | undefined, Problem>>;
  close(): Promise<void>;
}

const tryAgainMs = 30_000;

export const createHomeSlot = (deps: HomeSlotDeps): HomeSlot => {
  const { places, settings, log, clock } = deps;
  let home: OpenHome | undefined;
  let trouble: Problem | undefined;
  let endTrying: (() => void) | undefined;
  /** Two that open at once would both hold the store. */
  const inTurn = createTurns();

  const close = async (): Promise<void> => {
    const open = home;
    home = undefined;
    await open?.[Symbol.asyncDispose]();
  };

  const open = async (): Promise<Result<Home | undefined, Problem>> => {
    await close();
    const { server, pausedUntil } = settings.now;
    const opened = await openHome({
      ...deps,
      server,
      indexFile: places.indexFile,
      isPaused: pausedUntil !== undefined,
      isRemovedByRelay: () =>
        settings.now.isRemovedByRelay === true && settings.now.pausedUntil === undefined,
      onChange: (change) => {
        if (change === "status" && home !== undefined)
          heedRelay(home.engine.status, { settings, log });
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

  return {
    get home() {
      return home;
    },
    get trouble() {
      return trouble;
    },
    open: () => inTurn(open),
    close: () => {
      endTrying?.();
      return inTurn(close);
    },
  };
};
