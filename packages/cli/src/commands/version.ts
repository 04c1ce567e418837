import type { Command } from "./command.ts";

export const command: Command = {
  name: "version",
  about: "prints the version",
  arguments: [],
  flags: {},
  examples: [["duro version --json", "for a script"]],
  startsDaemon: false,
  run: ({ out, program: { version } }) =>
    Promise.resolve(out.result({ version }, () => `duro ${version}`)),
};
