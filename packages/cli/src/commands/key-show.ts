/** What stands for the keys of this memory. No secret is among it. */
import type { KeyShowJson } from "../api/setupCalls.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "key show",
  about: "shows what stands for your keys",
  arguments: [],
  flags: {},
  examples: [["duro key show", "which keys there are, and where this machine's own lies"]],
  run: async ({ api, out }) => {
    const answer = await api.call("keys", {});
    if (!answer.ok) return out.problem(answer.error);
    return out.result(answer.value, () => showText(answer.value));
  },
};

const showText = ({ user, device, generation, paper, vaults, seedFile }: KeyShowJson): string =>
  [
    `You          user ${user}; your key is number ${generation}, a new one comes with every device that is removed`,
    `This device  ${device}; its secret lies in ${seedFile}, for you alone to read`,
    paper === null
      ? "On paper     nothing: duro key new-phrase"
      : `On paper     24 words, known as ${paper.id}; duro key verify tries them`,
    ...vaults.map(({ id, epoch }) => `Vault        ${id}, under its key number ${epoch}`),
  ].join("\n");
