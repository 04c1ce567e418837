/** Whether sync is paused, and until when: kept over a restart, and ended in time. */
import type { Clock } from "@duro/client";
import type { DaemonLog } from "./log.ts";
import type { SettingsFile } from "./settings.ts";

export interface PauseDeps {
  readonly settings: SettingsFile;
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly onChange: (isPaused: boolean) => void;
}

export interface Pause {
  /** Undefined: goes on. */
  set(until: number | "always" | undefined): Promise<void>;
  /** When the daemon begins: one may have ended while none ran. */
  begin(): Promise<void>;
  stop(): void;
}

export const createPause = ({ settings, clock, log, onChange }: PauseDeps): Pause => {
  let endWatch: (() => void) | undefined;

  const watch = (): void => {
    endWatch?.();
    const until = settings.now.pausedUntil;
    if (typeof until !== "number") return;
    endWatch = clock.after(Math.max(0, until - clock.nowMs()), () => {
      set(undefined).catch(() => log.warn("a pause could not be ended"));
    });
  };

  const set: Pause["set"] = async (until) => {
    await settings.change({ pausedUntil: until });
    watch();
    onChange(until !== undefined);
  };

  return {
    set,
    begin: async () => {
      const until = settings.now.pausedUntil;
      if (typeof until === "number" && until <= clock.nowMs())
        await settings.change({ pausedUntil: undefined });
      watch();
    },
    stop: () => endWatch?.(),
  };
};
