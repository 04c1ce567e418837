import { Exit } from "../exits.ts";
import type { Command } from "./command.ts";
import { parseDurationMs } from "../durations.ts";

export const command: Command = {
  name: "pause",
  about: "stops syncing for a time",
  arguments: [
    { name: "DURATION", isOptional: true, about: "30m, 2h, 1d; without it, until duro resume" },
  ],
  flags: {},
  examples: [
    [
      "duro pause 2h",
      "nothing leaves or reaches this machine for two hours; everything else goes on",
    ],
  ],
  run: async ({ args: [duration], api, out }) => {
    const durationMs = duration === undefined ? undefined : parseDurationMs(duration);
    if (duration !== undefined && (durationMs === undefined || durationMs === 0))
      return out.problem({
        code: "UsageError",
        exit: Exit.Usage,
        message: `${JSON.stringify(duration)} is no length of time: it takes 30m, 2h or 1d.`,
        next: "duro pause 2h",
      });
    const paused = await api.call("pause", { durationMs });
    if (!paused.ok) return out.problem(paused.error);
    const { pausedUntil } = paused.value;
    return out.result(paused.value, () =>
      pausedUntil === "always"
        ? "Sync is paused until: duro resume"
        : `Sync is paused until ${pausedUntil}. Sooner: duro resume`,
    );
  },
};
