/** A machine that is made of two maps: its files, and what its programs answer. */
import { err, ok } from "../../result.ts";
import type { Machine, MachineFile, Ran } from "../machine.ts";

export interface FakeMachine extends Machine {
  readonly files: Map<string, MachineFile>;
  /** Every line that was run, in its order. */
  readonly ran: string[];
}

interface FakeOptions {
  readonly platform?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly homeFolder?: string;
  readonly userName?: string;
  /** Of the first line that begins so; whatever is not named succeeds without a word. */
  readonly answers?: Readonly<Record<string, Partial<Ran>>>;
  readonly programs?: Readonly<Record<string, string>>;
  readonly readOnlyFolder?: string;
}

export const createFakeMachine = ({
  platform = "linux",
  env = { XDG_RUNTIME_DIR: "/run/user/1000" },
  homeFolder = "/home/ann",
  userName = "ann",
  answers = {},
  programs = {},
  readOnlyFolder,
}: FakeOptions = {}): FakeMachine => {
  const files = new Map<string, MachineFile>();
  const ran: string[] = [];
  return {
    platform,
    userId: platform === "win32" ? undefined : 1000,
    userName,
    homeFolder,
    env,
    files,
    ran,
    run: async (program, args) => {
      const line = [program, ...args].join(" ");
      ran.push(line);
      const found = Object.entries(answers).find(([start]) => line.startsWith(start));
      return { code: 0, out: "", err: "", ...found?.[1] };
    },
    readText: async (path) => files.get(path)?.text,
    write: async (file) => {
      if (readOnlyFolder !== undefined && file.path.startsWith(readOnlyFolder))
        return err({ type: "FileRefused", path: file.path, code: "EROFS" });
      files.set(file.path, file);
      return ok(undefined);
    },
    remove: async (path) => ok(files.delete(path)),
    isProgram: async (path) => path in programs,
    realPath: async (path) => programs[path],
  };
};
