/**
 * Removes what Duro keeps on this machine. Only what Duro makes: a folder that a person named in
 * DURO_HOME may hold other things.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Exit } from "../exits.ts";
import type { Places } from "../places/places.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";

export interface Removed {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

/** The beginnings of the names of what is ours. */
const ours = {
  config: /^settings\.json/u,
  data: /^(?:device\.seed|store\.sqlite|index\.sqlite|daemon\.lock|seen-devices\.json|service$)/u,
  state: /^(?:log$|run$|start\.lock|start\.log)/u,
} as const;

export const removeData = (
  places: Places,
  { isPurge }: { readonly isPurge: boolean },
): Result<Removed, Problem> => {
  const { home, configFolder, dataFolder, stateFolder, socket } = places;
  const removed: string[] = [];
  const remove = (path: string): void => {
    if (!existsSync(path)) return;
    rmSync(path, { recursive: true });
    removed.push(path);
  };
  const folders = [
    [configFolder, ours.config],
    [dataFolder, ours.data],
    [stateFolder, ours.state],
  ] as const;
  try {
    // A pipe of Windows is gone with its daemon.
    if (!socket.startsWith("\\\\")) {
      remove(socket);
      dropEmpty(dirname(socket));
    }
    if (isPurge) {
      for (const [folder, names] of folders)
        for (const name of namesIn(folder)) if (names.test(name)) remove(join(folder, name));
    }
    for (const folder of [join(dataFolder, "service"), configFolder, dataFolder, stateFolder, home])
      if (folder !== undefined) dropEmpty(folder);
    return ok({
      removed,
      kept: folders.map(([folder]) => folder).filter((folder) => existsSync(folder)),
    });
  } catch (cause) {
    return err(refused(cause));
  }
};

const namesIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder) : [];

const dropEmpty = (folder: string): void => {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
};

const refused = (cause: unknown): Problem => ({
  code: "FileRefused",
  exit: Exit.Unexpected,
  message: `Not everything could be removed: ${cause instanceof Error ? cause.message : "the system refused"}.`,
  next: "see who owns that file, then run this again",
});
