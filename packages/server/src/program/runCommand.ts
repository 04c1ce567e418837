/** From a command to what carries it out. Each is loaded when it is wanted, so that help is quick. */
import { Exit } from "../exits.ts";
import type { Command } from "./command.ts";
import type { Io } from "./io.ts";
import type { StoreCommand } from "../upkeep/runStoreCommand.ts";

type Runner<Kind extends Command["kind"]> = (
  command: Extract<Command, { readonly kind: Kind }>,
  io: Io,
) => Promise<Exit>;

type Runners = { readonly [Kind in Command["kind"]]: Runner<Kind> };

const upkeep = async (command: StoreCommand, io: Io): Promise<Exit> =>
  (await import("../upkeep/runStoreCommand.ts")).runStoreCommand(command, io, io.ask);

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
  adminInvite: upkeep,
  adminUsage: upkeep,
  adminQuota: upkeep,
  adminRemove: upkeep,
  check: upkeep,
  backup: upkeep,
  restore: upkeep,
};

const runnerOf = <Kind extends Command["kind"]>(kind: Kind): Runner<Kind> => runners[kind];

export const runCommand = async <Kind extends Command["kind"]>(
  command: Extract<Command, { readonly kind: Kind }>,
  io: Io,
): Promise<Exit> => runnerOf(command.kind)(command, io);
