import { daemonNotRunning } from "../api/apiProblems.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "daemon stop",
  about: "ends the daemon",
  arguments: [],
  flags: {},
  examples: [
    [
      "duro daemon stop",
      "the next command starts it again; a service does so at the next start or login",
    ],
  ],
  startsDaemon: false,
  run: async ({ api, stopDaemon, out }) => {
    const running = await api.call("ping", {});
    // What was wanted is so already.
    if (!running.ok && running.error.code === daemonNotRunning.code)
      return out.result({ pid: null }, () => "No daemon was running.");
    const stopped = await stopDaemon();
    if (!stopped.ok) return out.problem(stopped.error);
    const pid = running.ok ? running.value.pid : null;
    return out.result({ pid }, () => "The daemon has ended.");
  },
};
