/** What only the daemon can say of its own health. */
import type { AlarmJson } from "./syncCalls.ts";

export interface DaemonFacts {
  readonly pid: number;
  readonly version: string;
  readonly upMs: number;
  readonly memoryByteLength: number;
  readonly isSetUp: boolean;
  /** Null: everything stays on this machine. */
  readonly server: string | null;
  readonly isPaused: boolean;
  /** Of the connection to the relay. */
  readonly link: string;
  readonly isRemoved: boolean;
  /** Null: there is none, or nobody asked for the network. */
  readonly relay: RelayFacts | null;
  readonly alarms: readonly AlarmJson[];
  readonly index: { readonly documentCount: number; readonly missingCount: number } | null;
  /** ISO; null: never that this machine knows of. */
  readonly wordsTested: string | null;
}

/** What answered at its address. */
export type RelayFacts =
  | {
      readonly isRelay: true;
      readonly versionMin: number;
      readonly versionMax: number;
      /** How far this machine's clock is ahead of it; null: it did not say. */
      readonly aheadMs: number | null;
      readonly socket: SocketFacts;
    }
  | {
      readonly isRelay: false;
      readonly code: string;
      readonly message: string;
      readonly next: string;
    };

export type SocketFacts =
  | { readonly isOpen: true }
  /** What something on the way answered instead, or what broke. */
  | { readonly isOpen: false; readonly status: number | null; readonly failure: string | null };

export interface DoctorCalls {
  readonly doctor: {
    readonly body: { readonly isNetworkAsked: boolean };
    readonly answer: DaemonFacts;
  };
}
