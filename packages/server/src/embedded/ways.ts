/**
 * As whom Postgres runs. It refuses root, and yet a relay that is tried out as root must work, with
 * program and data in folders that only root may enter. No way makes a system user or opens a folder.
 */

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Way {
  readonly name: "direct" | "userNamespace" | "ambientCapability" | "plainUser";
  /** How the operator's sentence goes on. */
  readonly clause: string;
  /** Whose our folder must be, and whose the data: Postgres wants to own its data folder itself. */
  readonly folderOwner: Owner;
  readonly dataOwner: Owner;
  readonly spawnAs: Owner | undefined;
  /** Runs the program in its own place: what is started is Postgres, not a parent of it. */
  readonly wrap: (program: Program) => Program;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** `nobody`: initdb wants a name for its user, and this one has one nearly everywhere. */
const unprivilegedId = 65_534;
const nobody: Owner = { uid: unprivilegedId, gid: unprivilegedId };

const direct = (own: Owner): Way => ({
  name: "direct",
  clause: "",
  folderOwner: own,
  dataOwner: own,
  spawnAs: undefined,
  wrap: (program) => program,
});

/**
 * Outside the namespace Postgres is still root's user without root's powers, so root's files are its
 * own; inside it is nobody.
 */
const userNamespace = (own: Owner): Way => ({
  name: "userNamespace",
  clause: ", in a user namespace since it refuses root",
  folderOwner: own,
  dataOwner: own,
  spawnAs: undefined,
  wrap: ({ command, args }) => ({
    command: "unshare",
    args: [
      "--user",
      `--map-user=${unprivilegedId}`,
      `--map-group=${unprivilegedId}`,
      "--",
      command,
      ...args,
    ],
  }),
});

/**
 * Where namespaces are forbidden, as in most containers. Only the data is nobody's: the folder around
 * it stays root's, so that other programs that run as nobody find the door closed.
 */
const ambientCapability = (own: Owner): Way => ({
  name: "ambientCapability",
  clause: `, as user id ${unprivilegedId} that may pass root's folders, since it refuses root`,
  folderOwner: own,
  dataOwner: nobody,
  spawnAs: undefined,
  wrap: ({ command, args }) => ({
    command: "setpriv",
    args: [
      `--reuid=${unprivilegedId}`,
      `--regid=${unprivilegedId}`,
      "--clear-groups",
      "--inh-caps=-all,+dac_override",
      "--ambient-caps=+dac_override",
      // Without this access(2), by which Postgres looks for its own files, leaves capabilities out.
      "--securebits=+no_setuid_fixup",
      "--no-new-privs",
      "--",
      command,
      ...args,
    ],
  }),
});

/** Works only where everybody may enter every folder above the program and the data. */
const plainUser: Way = {
  name: "plainUser",
  clause: `, as user id ${unprivilegedId} since it refuses root`,
  folderOwner: nobody,
  dataOwner: nobody,
  spawnAs: nobody,
  wrap: (program) => program,
};

export const isRoot = (own: Owner): boolean => own.uid === 0;

/** In the order in which they are tried. */
export const waysFor = (own: Owner): readonly Way[] =>
  isRoot(own) ? [userNamespace(own), ambientCapability(own), plainUser] : [direct(own)];
