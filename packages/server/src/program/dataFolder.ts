/** Where each system wants a program of one user to keep its data. */
import { posix, win32 } from "node:path";
import type { Environment } from "./readFlags.ts";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly homeFolder: string | undefined;
  /** What a relative path is relative to. */
  readonly workingFolder: string;
}

const name = "duro-relay";

const pathOf = ({ platform }: Machine) => (platform === "win32" ? win32 : posix);

/** Undefined where this user has no home. */
export const defaultDataFolder = (machine: Machine, env: Environment): string | undefined => {
  const path = pathOf(machine);
  const inHome = (...parts: readonly string[]): string | undefined =>
    machine.homeFolder === undefined ? undefined : path.join(machine.homeFolder, ...parts, name);
  if (machine.platform === "darwin") return inHome("Library", "Application Support");
  if (machine.platform === "win32") {
    const local = env["LOCALAPPDATA"];
    return local === undefined ? inHome("AppData", "Local") : path.join(local, name);
  }
  // A relative one is to be ignored, says the XDG base directory specification.
  const data = env["XDG_DATA_HOME"] ?? "";
  return path.isAbsolute(data) ? path.join(data, name) : inHome(".local", "share");
};

export const absolutePath = (machine: Machine, path: string): string =>
  pathOf(machine).resolve(machine.workingFolder, path);

export const keyFileIn = (machine: Machine, dataFolder: string): string =>
  pathOf(machine).join(dataFolder, "relay.key");
