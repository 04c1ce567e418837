import type { Command } from "./command.ts";

export const command: Command = {
  name: "daemon restart",
  about: "ends the daemon and starts it anew",
  arguments: [],
  flags: {},
  examples: [["duro daemon restart", "after the proxy or another setting changed"]],
  run: async ({ api, stopDaemon, out }) => {
    const stopped = await stopDaemon();
    if (!stopped.ok) return out.problem(stopped.error);
    const answer = await api.call("ping", {});
    if (!answer.ok) return out.problem(answer.error);
    const { pid, version } = answer.value;
    return out.result({ pid, version }, () => `The daemon runs anew, as process ${pid}.`);
  },
};
