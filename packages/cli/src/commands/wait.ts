import { Exit } from "../exits.ts";
import type { Command } from "./command.ts";
import { parseDurationMs } from "../durations.ts";
import { syncUntil } from "./syncUntil.ts";

export const command: Command = {
  name: "wait",
  about: "waits until everything is in step",
  arguments: [],
  flags: {
    timeout: {
      kind: "text",
      value: "TIME",
      about:
        "seconds, or 20s, 5m, 1h; then it ends with 7. Without it, it ends with 7 as soon as the relay is out of reach",
    },
  },
  examples: [
    [
      "duro wait --timeout 30s",
      "before you close the laptop: all is with the relay, and all that it has is here",
    ],
  ],
  run: async (context) => {
    const { flags, out } = context;
    const { timeout } = flags;
    const timeoutMs = typeof timeout === "string" ? parseDurationMs(timeout) : undefined;
    if (timeout !== undefined && timeoutMs === undefined)
      return out.problem({
        code: "UsageError",
        exit: Exit.Usage,
        message: `--timeout is ${JSON.stringify(timeout)}: it takes seconds, or a time like 20s or 5m.`,
        next: "duro wait --timeout 30s",
      });
    return syncUntil(context, timeoutMs);
  },
};
