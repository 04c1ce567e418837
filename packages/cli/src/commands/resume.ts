import type { Command } from "./command.ts";

export const command: Command = {
  name: "resume",
  about: "syncs again",
  arguments: [],
  flags: {},
  examples: [["duro resume", "after duro pause"]],
  run: async ({ api, out }) => {
    const resumed = await api.call("resume", {});
    return resumed.ok
      ? out.result(resumed.value, () => "Sync goes on.")
      : out.problem(resumed.error);
  },
};
