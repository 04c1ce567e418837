import type { Command } from "./command.ts";
import { syncUntil } from "./syncUntil.ts";

export const command: Command = {
  name: "sync",
  about: "syncs now",
  arguments: [],
  flags: {},
  examples: [
    [
      "duro sync",
      "sends what waits, fetches what is new; exit code 7 while the relay is out of reach",
    ],
  ],
  run: (context) => syncUntil(context, undefined),
};
