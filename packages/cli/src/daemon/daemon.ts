/** What the routes of the daemon work with. */
import type { Engine, Http, KeyStore, LocalStore, Transport, Vault } from "@duro/client";
import type { Result } from "@duro/crypto/types";
import type { DocName, DocNotOpen, Memory } from "@duro/memory";
import type { AlarmJson } from "../api/syncCalls.ts";
import type { Places } from "../places/places.ts";
import type { Problem } from "../problem.ts";
import type { SearchIndex } from "./index/searchIndex.ts";
import type { DaemonLog } from "./log.ts";
import type { SettingsFile } from "./settings.ts";

export interface Daemon {
  readonly places: Places;
  readonly settings: SettingsFile;
  readonly log: DaemonLog;
  readonly version: string;
  readonly nowMs: () => number;
  /** Once, and no sooner than that; calling what comes back takes it back. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly store: LocalStore;
  readonly keyStore: KeyStore;
  readonly transport: Transport;
  readonly http: Http;
  /** Undefined: nobody lives on this machine yet. */
  readonly home: Home | undefined;
  /** Somebody lives here, and why their memory could not be opened. */
  readonly trouble: Problem | undefined;
  /** After an identity was founded, joined or recovered, or the relay's address changed: opens it anew. */
  reopen(): Promise<Result<Home, Problem>>;
  /** Stops sync until then, and kept over a restart; undefined: goes on. */
  pause(until: number | "always" | undefined): Promise<void>;
  /** What needs somebody, beside the engine's alarms. */
  notices(home: Home): readonly AlarmJson[];
  /** Ends the daemon once this answer is out. */
  stop(): void;
}

/** Somebody's vault on this machine, open. */
export interface Home {
  readonly engine: Engine;
  readonly vault: Vault;
  readonly memory: Memory;
  /** By the log, or by the relay's word while sync is not paused. */
  readonly isRemoved: boolean;
  /** What a person calls a device or a user; its id where nobody has named it. */
  readonly nameOf: (id: string) => string;
  readonly index: SearchIndex;
  /** Resolves when the index has everything that is here; soon, and never later than some seconds. */
  settled(): Promise<void>;
  /**
   * Runs a function of `@duro/memory` that changes something, one at a time. When it resolves, what it
   * wrote is durable, and the index has it.
   */
  write<T extends { readonly docs: readonly DocName[] }, E extends { readonly type: string }>(
    work: (memory: Memory) => Result<T, E | DocNotOpen>,
  ): Promise<Result<T, E | SaveFailed | DeviceGone>>;
  /** Runs one that only reads. */
  read<T, E extends { readonly type: string }>(
    work: (memory: Memory) => Result<T, E | DocNotOpen>,
  ): Promise<Result<T, E>>;
}

/** This machine's disk did not take it: nothing was confirmed. */
export interface SaveFailed {
  readonly type: "SaveFailed";
  readonly why: string;
}

/** This device was removed: it reads, and writes no more. */
export interface DeviceGone {
  readonly type: "DeviceGone";
}
