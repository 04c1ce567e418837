/**
 * The daemon as a service of this user: started by the system, never by root. What the system is told to
 * start is a small script of ours that looks for the program each time, so that an upgrade of Node, npm
 * or Duro breaks nothing.
 */
import type { Result } from "../result.ts";
import type { Problem } from "../problem.ts";
import type { MachineFile } from "./machine.ts";

type ServiceManager = "systemd" | "launchd" | "windows-task";

/** What every system's service is made of. */
export interface ServicePlan {
  /** One for each folder of data: `duro`, or with a mark of DURO_HOME. */
  readonly name: string;
  /** Of the service: its script, its variables, what it remembers. */
  readonly folder: string;
  /** The script that the system starts. */
  readonly script: MachineFile;
  /** What the shell knows of proxies and authorities, for the script. */
  readonly variables: MachineFile;
  /** Where the script says why it found nothing to start. */
  readonly failureFile: string;
  /** What an uninstall has to know. */
  readonly memoryFile: string;
}

export interface Service {
  readonly manager: ServiceManager;
  install(): Promise<Result<ServiceInstalled, Problem>>;
  uninstall(): Promise<Result<ServiceRemoved, Problem>>;
  status(): Promise<ServiceStatus>;
}

/** Whether the system goes on with a user's services when the user leaves, and starts them at boot. */
export type Linger = "was on" | "turned on" | "refused" | "unknown";

export interface ServiceInstalled {
  readonly files: readonly string[];
  readonly starts: ServiceStatus["starts"];
  /** Of systemd only. */
  readonly linger?: Linger | undefined;
}

interface ServiceRemoved {
  readonly files: readonly string[];
  /** We had turned it on, so we turned it off. */
  readonly isLingerOff: boolean;
}

export interface ServiceStatus {
  readonly manager: ServiceManager | "none";
  readonly name: string;
  /** What the system reads. */
  readonly file: string | undefined;
  readonly isInstalled: boolean;
  /** What is installed is what this version would install. */
  readonly isCurrent: boolean;
  /** The system has it running; a daemon that a command started is not that. */
  readonly isRunning: boolean;
  readonly starts: "boot" | "login" | "never";
  /** Of systemd only. */
  readonly lingers?: boolean | undefined;
  /** Why its last start found nothing to start. */
  readonly lastFailure?: string | undefined;
}
