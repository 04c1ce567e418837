/** What the routes of the daemon work with. */
import type { Engine, Http, KeyStore, LocalStore, Transport, Vault } from "@duro/client";
import type { DocName, DocNotOpen, Memory, Result } from "@duro/memory";
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
  readonly store: LocalStore;
  readonly keyStore: KeyStore;
  readonly transport: Transport;
  readonly http: Http;
  /** Undefined: nobody lives on this machine yet. */
  readonly home: Home | undefined;
  /** After an identity was founded, joined or recovered, or the relay's address changed: opens it anew. */
  reopen(): Promise<Result<Home, Problem>>;
  /** Ends the daemon once this answer is out. */
  stop(): void;
}

/** Somebody's vault on this machine, open. */
export interface Home {
  readonly engine: Engine;
  readonly vault: Vault;
  readonly memory: Memory;
  readonly index: SearchIndex;
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
