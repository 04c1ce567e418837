/** What a service is written with: the files and programs of this machine. */
import type { Result } from "../result.ts";

export interface Machine {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** Undefined on Windows. */
  readonly userId: number | undefined;
  /** On Windows with its domain. */
  readonly userName: string;
  readonly homeFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `env` is added to what this process has. */
  run(
    program: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Ran>;
  /** Undefined: there is none, or it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Whole or not at all; makes the folders on the way, for this user only. */
  write(file: MachineFile): Promise<Result<void, FileRefused>>;
  /** False: there was nothing. */
  remove(path: string): Promise<Result<boolean, FileRefused>>;
  isProgram(path: string): Promise<boolean>;
  /** With all links followed; undefined: there is nothing. */
  realPath(path: string): Promise<string | undefined>;
}

export interface MachineFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Windows reads tasks in UTF-16 only. */
  readonly encoding?: "utf16";
}

export interface Ran {
  /** Undefined: there is no such program, or it was killed. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

export interface FileRefused {
  readonly type: "FileRefused";
  readonly path: string;
  /** The system's name for it: EACCES, ENOSPC. */
  readonly code: string;
}
