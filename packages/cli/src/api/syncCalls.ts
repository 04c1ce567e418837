/** The daemon itself, and where it stands with the relay. */

export interface StatusJson {
  readonly state: "current" | "syncing" | "waiting" | "paused" | "attention" | "local";
  /** Null: everything stays on this machine. */
  readonly server: string | null;
  /** Changes of this machine that the relay has not signed for. */
  readonly pending: number;
  readonly devices: readonly DeviceStatusJson[];
  readonly alarms: readonly AlarmJson[];
  /** ISO, or "always" until somebody resumes. */
  readonly pausedUntil?: string;
  readonly user: string;
  readonly device: string;
  readonly vault: string;
  /** How many entries of each type there are. */
  readonly entries: Readonly<Record<string, number>>;
}

export interface DeviceStatusJson {
  readonly id: string;
  readonly name: string;
  /** How many changes of it are here. */
  readonly head: number;
  /** How many of those the relay has. */
  readonly receipted: number;
  /** ISO; null: never. */
  readonly lastSeen: string | null;
  readonly isThis: boolean;
}

export interface AlarmJson {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly severity: "notice" | "warning" | "alert";
  /** ISO, where it is known. */
  readonly since?: string;
}

export interface SyncJson {
  readonly sent: number;
  readonly received: number;
}

type Nothing = Readonly<Record<string, never>>;

export interface SyncCalls {
  readonly ping: {
    readonly body: Nothing;
    readonly answer: { readonly version: string; readonly pid: number; readonly isSetUp: boolean };
  };
  readonly stop: { readonly body: Nothing; readonly answer: { readonly pid: number } };
  readonly status: { readonly body: Nothing; readonly answer: StatusJson };
  readonly pause: {
    /** Without one: until somebody resumes. */
    readonly body: { readonly durationMs?: number | undefined };
    readonly answer: { readonly pausedUntil: string };
  };
  readonly resume: { readonly body: Nothing; readonly answer: { readonly state: string } };
}

export interface SyncTalks {
  /** Says how much is left, about once a second. */
  readonly sync: {
    readonly body: {
      /** Go on until then, also while the relay is out of reach. */
      readonly timeoutMs?: number | undefined;
    };
    readonly line: { readonly pending: number; readonly received: number };
    readonly reply: never;
    readonly answer: SyncJson;
  };
}
