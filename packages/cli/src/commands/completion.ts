import { Exit } from "../exits.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "completion",
  about: "prints completions for a shell",
  arguments: [{ name: "SHELL", about: "which shell", choices: ["bash", "zsh", "fish", "pwsh"] }],
  flags: {},
  examples: [["source <(duro completion bash)", "in ~/.bashrc"]],
  startsDaemon: false,
  run: () => Promise.resolve(Exit.Done),
};
