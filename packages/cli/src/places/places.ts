/** Where everything lies on this machine. */
export interface Places {
  /** For whoever installs a service: as `DURO_HOME` or `--home` named it, absolute; undefined: the system's own places. */
  readonly home: string | undefined;
  readonly configFolder: string;
  readonly dataFolder: string;
  readonly stateFolder: string;
  /** A path of a Unix socket, or the name of a pipe. */
  readonly socket: string;
  readonly settingsFile: string;
  readonly seedFile: string;
  readonly storeFile: string;
  readonly indexFile: string;
  readonly logFolder: string;
  /** Held by the daemon for as long as it lives. */
  readonly lockFile: string;
  /** Held by a command while it starts a daemon. */
  readonly startLockFile: string;
}
