/** Eight words over what this machine holds: the same on two machines mean that both see one memory. */
import type { Command } from "./command.ts";
import { wordsText } from "./setup/wordsText.ts";

export const command: Command = {
  name: "fingerprint",
  about: "words to compare with another device",
  arguments: [],
  flags: {},
  examples: [["duro fingerprint", "after duro wait on both machines: the same words on both"]],
  notes: [
    "They change with every change. Different words on two machines that are in step for minutes mean that a relay shows them different things.",
  ],
  run: async ({ api, out }) => {
    const answer = await api.call("fingerprint", {});
    if (!answer.ok) return out.problem(answer.error);
    return out.result(answer.value, () => wordsText(answer.value.fingerprint).join("\n"));
  },
};
