/** Every command, in the order that the help shows; each file is loaded once it is needed. */
import type { Command, CommandEntry } from "./command.ts";

const fileOf = (name: string) => async () =>
  (await import(`./${name.replaceAll(" ", "-")}.ts`)) as { readonly command: Command };

const rows = [
  ["init", "Start", "sets this machine up: identity, vault, recovery words"],
  ["join", "Start", "brings this machine into your memory, with a machine that is in it"],
  ["approve", "Start", "lets another machine in, by the code that it shows"],
  ["recover", "Start", "back in with the 24 words, when no machine is left"],
  ["pair", "Start", "shows the link and QR code for a phone"],
  ["remember", "Memory", "stores a fact"],
  ["decide", "Memory", "stores a decision and why it was taken"],
  ["validate", "Memory", "says how a decision turned out"],
  ["episode start", "Memory", "begins an episode: work towards a goal"],
  ["episode note", "Memory", "adds a note to an episode"],
  ["episode close", "Memory", "ends an episode with its result"],
  ["skill save", "Memory", "stores a skill from a file"],
  ["skill show", "Memory", "prints a skill"],
  ["skill list", "Memory", "lists the skills"],
  ["search", "Memory", "finds what the words mean, best first"],
  ["list", "Memory", "lists what is remembered, newest first"],
  ["show", "Memory", "prints one entry with all it has"],
  ["edit", "Memory", "changes an entry"],
  ["forget", "Memory", "forgets entries; 7 days to undo"],
  ["import", "Memory", "reads a folder or an export of Duro"],
  ["export", "Memory", "writes everything out, readable"],
  ["device list", "Devices", "lists your devices"],
  ["device revoke", "Devices", "removes a device for good"],
  ["device rename", "Devices", "gives a device another name"],
  ["key show", "Devices", "shows what stands for your keys"],
  ["key verify", "Devices", "checks that your 24 words are the right ones"],
  ["key new-phrase", "Devices", "makes new recovery words; the old ones end"],
  ["fingerprint", "Devices", "words to compare with another device"],
  ["status", "Sync", "whether everything is in step, and what needs you"],
  ["sync", "Sync", "syncs now"],
  ["wait", "Sync", "waits until everything is in step"],
  ["pause", "Sync", "stops syncing for a time"],
  ["resume", "Sync", "syncs again"],
  ["daemon", "This machine", "runs the daemon in the foreground"],
  ["daemon stop", "This machine", "ends the daemon"],
  ["daemon restart", "This machine", "ends the daemon and starts it anew"],
  ["service install", "This machine", "starts the daemon whenever you log in"],
  ["service uninstall", "This machine", "takes that back"],
  ["service status", "This machine", "says whether it does"],
  ["doctor", "This machine", "looks for what is wrong, and says how to mend it"],
  ["completion", "This machine", "prints completions for a shell"],
  ["version", "This machine", "prints the version"],
  ["uninstall", "This machine", "removes Duro from this machine"],
  ["help", "This machine", "explains a command, or the exit codes"],
] as const;

export const commands: readonly CommandEntry[] = rows.map(([name, group, about]) => ({
  name,
  group,
  about,
  load: fileOf(name),
}));
