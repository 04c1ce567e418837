/** Where everything lies, from the environment: nothing is made, and nothing but links is looked at. */
import { type PlatformPath, posix, win32 } from "node:path";
import type { Places } from "./places.ts";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: this user has none. */
  readonly homeFolder: string | undefined;
  /** Undefined on Windows. */
  readonly userId: number | undefined;
  readonly workingFolder: string;
  /** Without links; as it is where nothing is there yet. */
  readonly realPath: (path: string) => string;
  readonly isFolder: (path: string) => boolean;
  /** SHA-256, in hex. */
  readonly hash: (text: string) => string;
}

/** The address of a Unix socket holds 104 bytes on macOS and the BSDs, 108 on Linux. */
const socketByteLengthMax = 100;
/** As many as tell the homes of one person apart. */
const hashDigitCount = 16;

/** Undefined: there is neither a home folder nor a word about where to put things. */
export const findPlaces = (machine: Machine, home: string | undefined): Places | undefined => {
  const path = pathsOf(machine);
  if (home !== undefined) {
    const folder = path.resolve(machine.workingFolder, home);
    return placesIn(machine, folder, {
      config: path.join(folder, "config"),
      data: path.join(folder, "data"),
      state: path.join(folder, "state"),
    });
  }
  const roots = systemRoots(machine);
  return roots && placesIn(machine, undefined, roots);
};

interface Roots {
  readonly config: string;
  readonly data: string;
  readonly state: string;
}

const pathsOf = ({ platform }: Machine): PlatformPath => (platform === "win32" ? win32 : posix);

const systemRoots = (machine: Machine): Roots | undefined => {
  const { env, homeFolder, platform } = machine;
  const path = pathsOf(machine);
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] ?? (homeFolder && path.join(homeFolder, "AppData", "Local"));
    return local === undefined ? undefined : rootsBelow(path, path.join(local, "Duro"));
  }
  if (platform === "darwin") {
    if (homeFolder === undefined) return undefined;
    return rootsBelow(path, path.join(homeFolder, "Library", "Application Support", "Duro"));
  }
  const config = xdgRoot(machine, "XDG_CONFIG_HOME", ".config");
  const data = xdgRoot(machine, "XDG_DATA_HOME", ".local/share");
  const state = xdgRoot(machine, "XDG_STATE_HOME", ".local/state");
  if (config === undefined || data === undefined || state === undefined) return undefined;
  return { config, data, state };
};

const rootsBelow = (path: PlatformPath, folder: string): Roots => ({
  config: path.join(folder, "config"),
  data: path.join(folder, "data"),
  state: path.join(folder, "state"),
});

/** A relative path there is to be ignored: XDG Base Directory Specification. */
const xdgRoot = ({ env, homeFolder }: Machine, variable: string, usual: string) => {
  const named = env[variable];
  if (named !== undefined && posix.isAbsolute(named)) return posix.join(named, "duro");
  return homeFolder && posix.join(homeFolder, usual, "duro");
};

const placesIn = (machine: Machine, home: string | undefined, roots: Roots): Places => {
  const path = pathsOf(machine);
  return {
    home,
    configFolder: roots.config,
    dataFolder: roots.data,
    stateFolder: roots.state,
    socket: socketOf(machine, home, roots),
    settingsFile: path.join(roots.config, "settings.json"),
    seedFile: path.join(roots.data, "device.seed"),
    storeFile: path.join(roots.data, "store.sqlite"),
    indexFile: path.join(roots.data, "index.sqlite"),
    logFolder: path.join(roots.state, "log"),
    lockFile: path.join(roots.data, "daemon.lock"),
    startLockFile: path.join(roots.state, "start.lock"),
  };
};

/**
 * In the state folder, although XDG has a place for sockets: `XDG_RUNTIME_DIR` is set in a session and
 * not in a cron job, and whoever asks at another socket starts a second daemon, which finds the first
 * one's lock. Only a path that no socket may have moves to a runtime folder.
 */
const socketOf = (machine: Machine, home: string | undefined, roots: Roots): string => {
  const folder = home ?? roots.state;
  const named = (): string => machine.hash(machine.realPath(folder)).slice(0, hashDigitCount);
  if (machine.platform === "win32") return `\\\\.\\pipe\\duro-${named()}`;
  const socket = posix.join(folder, "run", socketName);
  if (Buffer.byteLength(socket) <= socketByteLengthMax) return socket;
  return posix.join(runtimeFolder(machine), named(), socketName);
};

const socketName = "daemon.sock";

const runtimeFolder = ({ env, userId, isFolder }: Machine): string => {
  const fits = (folder: string): boolean =>
    Buffer.byteLength(posix.join(folder, "duro", "0".repeat(hashDigitCount), socketName)) <=
    socketByteLengthMax;
  const named = env["XDG_RUNTIME_DIR"];
  // Where a session has it, so that those without the variable find the same.
  const usual = `/run/user/${userId ?? 0}`;
  for (const folder of [named, usual])
    if (folder !== undefined && posix.isAbsolute(folder) && fits(folder) && isFolder(folder))
      return posix.join(folder, "duro");
  return `/tmp/duro-${userId ?? 0}`;
};
