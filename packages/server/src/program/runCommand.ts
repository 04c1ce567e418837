/** From a command to what carries it out. Each is loaded when it is wanted, so that help is quick. */
import { Exit } from "../exits.ts";
import type { Command, Output } from "./command.ts";
import type { Io } from "./io.ts";
import { createSay } from "./say.ts";

type Runner<Kind extends Command["kind"]> = (
  command: Extract<Command, { readonly kind: Kind }>,
  io: Io,
) => Promise<Exit>;

type Runners = { readonly [Kind in Command["kind"]]: Runner<Kind> };

/** Read and understood, and said plainly where nothing carries it out. */
async function notYet({ output }: { readonly output: Output }, io: Io): Promise<Exit> {
  createSay(output, io).failure({
    code: "NotYet",
    message: "This version of the relay understands that command and cannot carry it out.",
    next: "duro-relay --help",
  });
  return Exit.Unexpected;
}

const runners: Runners = {
  serve: async (command, io) => (await import("./serve.ts")).serve(command, io),
  help: async ({ of }, io) => {
    io.writeOut((await import("./help.ts")).helpText(of));
    return Exit.Done;
  },
  version: async ({ isJson }, io) => {
    const { versionText } = await import("./version.ts");
    io.writeOut(await versionText(isJson));
    return Exit.Done;
  },
  adminInvite: notYet,
  adminUsage: notYet,
  adminQuota: notYet,
  adminRemove: notYet,
  check: notYet,
  backup: notYet,
  restore: notYet,
};

const runnerOf = <Kind extends Command["kind"]>(kind: Kind): Runner<Kind> => runners[kind];

export const runCommand = async <Kind extends Command["kind"]>(
  command: Extract<Command, { readonly kind: Kind }>,
  io: Io,
): Promise<Exit> => runnerOf(command.kind)(command, io);
