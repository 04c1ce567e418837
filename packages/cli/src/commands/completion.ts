import { bashCompletion } from "../args/completion/bash.ts";
import { type Completion, completionOf } from "../args/completion/completionData.ts";
import { fishCompletion } from "../args/completion/fish.ts";
import { pwshCompletion } from "../args/completion/pwsh.ts";
import { zshCompletion } from "../args/completion/zsh.ts";
import type { Command } from "./command.ts";

const writerByShell: ReadonlyMap<string, (completion: Completion) => string> = new Map([
  ["bash", bashCompletion],
  ["zsh", zshCompletion],
  ["fish", fishCompletion],
  ["pwsh", pwshCompletion],
]);

export const command: Command = {
  name: "completion",
  about: "prints completions for a shell",
  arguments: [
    { name: "SHELL", about: "the shell that you type in", choices: [...writerByShell.keys()] },
  ],
  flags: {},
  examples: [
    ["source <(duro completion bash)", "in ~/.bashrc; with zsh in ~/.zshrc"],
    ["duro completion fish > ~/.config/fish/completions/duro.fish", "for fish"],
    ["duro completion pwsh | Out-String | Invoke-Expression", "in PowerShell's $PROFILE"],
  ],
  startsDaemon: false,
  run: async ({ args, commands, out }) => {
    const [shell = ""] = args;
    const script = writerByShell.get(shell)?.(await completionOf(commands)) ?? "";
    return out.result({ shell, script }, () => script);
  },
};
