import { makeFolders } from "../places/makeFolders.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "daemon",
  about: "runs the daemon in the foreground",
  arguments: [],
  flags: {
    detached: {
      kind: "boolean",
      about: "by a command, with nobody at its terminal",
      isHidden: true,
    },
  },
  examples: [
    ["duro daemon", "until Ctrl-C; commands start one in the background by themselves"],
    ["duro service install", "starts one whenever you log in"],
  ],
  startsDaemon: false,
  handlesSignals: true,
  run: async ({ places, flags, program, machine, out }) => {
    const made = await makeFolders(places, machine);
    if (!made.ok) return out.problem(made.error);
    const { runDaemon } = await import("../daemon/main.ts");
    const isForeground = flags["detached"] !== true;
    return runDaemon({ places, version: program.version, env: machine.env, isForeground, out });
  },
};
