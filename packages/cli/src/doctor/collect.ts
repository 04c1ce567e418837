/** Looks at this machine. Whatever cannot be seen is a fact as well: nothing here fails. */
import type { CommandContext } from "../commands/command.ts";
import { copiesOnPath } from "../service/findProgram.ts";
import type { Machine } from "../service/machine.ts";
import { thisService } from "../service/thisService.ts";
import { proxyOf, readVariables } from "../service/variables.ts";
import type { Facts } from "./facts.ts";
import {
  byteLengthIn,
  fileFacts,
  folderFacts,
  freeByteLength,
  olderFolders,
  storeFacts,
} from "./lookAtFiles.ts";
import { lookAtSocket } from "./lookAtSocket.ts";
import { lookAtSettings } from "./lookAtSettings.ts";

export const collectFacts = async (
  context: Pick<CommandContext, "api" | "env" | "places" | "program">,
  { isNetworkAsked }: Pick<Facts, "isNetworkAsked">,
): Promise<Facts> => {
  const { api, env, places, program } = context;
  const { machine, plan, service } = await thisService(context);
  // Before the daemon is asked: one that has to be started removes a stale one.
  const socket = await lookAtSocket(places.socket);
  const daemon = await api.call("doctor", { isNetworkAsked });
  const variables = await machine.readText(plan.variables.path);
  const folders = [places.home, places.configFolder, places.dataFolder, places.stateFolder];
  return {
    platform: machine.platform,
    version: program.version,
    node: { version: process.versions.node, path: program.nodePath },
    copies: await copiesOf(machine, program.mainFile),
    folders: folders.flatMap((path) => (path === undefined ? [] : [folderFacts(machine, path)])),
    freeByteLength: freeByteLength(places.dataFolder),
    settings: { path: places.settingsFile, trouble: await lookAtSettings(places.settingsFile) },
    seed: fileFacts(machine, places.seedFile),
    store: storeFacts(places.storeFile),
    socket,
    daemon,
    service: await service.status(),
    proxy: {
      shell: proxyOf(env),
      service: variables === undefined ? undefined : proxyOf(readVariables(variables)),
    },
    log: { folder: places.logFolder, byteLength: byteLengthIn(places.logFolder) },
    olderFolders: olderFolders(machine.homeFolder),
    isNetworkAsked,
  };
};

const copiesOf = async (machine: Machine, launcher: string): Promise<Facts["copies"]> => {
  const own = await machine.realPath(launcher);
  const copies = await copiesOnPath(machine);
  return Promise.all(
    copies.map(async (path) => ({
      path,
      // On Windows npm writes a script of its own instead of a link.
      isThis: machine.platform === "win32" || (await machine.realPath(path)) === own,
    })),
  );
};
