/** What this machine was told, in a file that a person may read: no secret is in it. */
export interface Settings {
  /** Undefined: everything stays on this machine. */
  readonly server?: string | undefined;
  /** Sync is paused until then; "always" until somebody resumes. */
  readonly pausedUntil?: number | "always" | undefined;
  /** The relay refuses this device since it was removed. Its word alone: the log that proves it is kept from whoever is removed. */
  readonly isRemovedByRelay?: boolean | undefined;
  /** When somebody last tried the recovery words here, and they were right. */
  readonly wordsTestedAtMs?: number | undefined;
}

export interface SettingsFile {
  readonly now: Settings;
  /** Durable once it resolves. */
  change(change: Partial<Settings>): Promise<void>;
}
