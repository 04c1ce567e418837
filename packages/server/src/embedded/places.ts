import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where everything lies. `cluster` is renamed into being, so what is in it belongs together. */
export interface Places {
  readonly folder: string;
  readonly cluster: string;
  readonly data: string;
  readonly password: string;
  readonly libraries: string;
  readonly socketFolder: string;
  readonly logFile: string;
  readonly olderLogFile: string;
  readonly lockFile: string;
  /** SQLite lays it beside the lock, and a program that is killed leaves it. */
  readonly lockJournal: string;
  readonly probe: string;
}

/** A first start works in a folder of this name; one that is left was interrupted. */
export const makingPrefix = "making-";

/** Names the socket only: Postgres listens on no port. */
export const socketPort = 5432;

/** A socket's address holds 108 bytes on Linux and 104 on macOS, its end included. */
export const socketPathByteLengthMax = 100;

export const socketPathIn = (socketFolder: string): string =>
  join(socketFolder, `.s.PGSQL.${socketPort}`);

const isShortEnough = (socketFolder: string): boolean =>
  Buffer.byteLength(socketPathIn(socketFolder)) <= socketPathByteLengthMax;

/** The same folder finds the same socket again; /tmp is for a TMPDIR that is too long itself. */
const socketFolderOf = (folder: string): string => {
  const name = `duro-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  const candidates = [join(folder, "socket"), join(tmpdir(), name)];
  return candidates.find(isShortEnough) ?? join("/tmp", name);
};

export const placesIn = (folder: string): Places => {
  const cluster = join(folder, "cluster");
  return {
    folder,
    cluster,
    data: join(cluster, "data"),
    password: join(cluster, "password"),
    libraries: join(folder, "lib"),
    socketFolder: socketFolderOf(folder),
    logFile: join(folder, "postgres.log"),
    olderLogFile: join(folder, "postgres.log.old"),
    lockFile: join(folder, "relay.lock"),
    lockJournal: join(folder, "relay.lock-journal"),
    probe: join(folder, "probe"),
  };
};
