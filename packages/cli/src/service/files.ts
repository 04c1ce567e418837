/** The files of a service, all or none. */
import { err, ok, type Result } from "../result.ts";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { FileRefused, Machine, MachineFile } from "./machine.ts";

export const writeFiles = async (
  machine: Machine,
  files: readonly MachineFile[],
): Promise<Result<readonly string[], Problem>> => {
  for (const file of files) {
    const written = await machine.write(file);
    if (!written.ok) return err(fileProblem("written", written.error));
  }
  return ok(files.map(({ path }) => path));
};

/** Says which of them were there. */
export const removeFiles = async (
  machine: Machine,
  paths: readonly string[],
): Promise<Result<readonly string[], Problem>> => {
  const removed: string[] = [];
  for (const path of paths) {
    const was = await machine.remove(path);
    if (!was.ok) return err(fileProblem("removed", was.error));
    if (was.value) removed.push(path);
  }
  return ok(removed);
};

const fileProblem = (what: "written" | "removed", { path, code }: FileRefused): Problem => ({
  code: "FileRefused",
  exit: Exit.Unexpected,
  message: `${path} could not be ${what}: the system says ${code}.`,
  next: "duro doctor",
});

/** Whether every file is there as it would be written now. */
export const areCurrent = async (
  machine: Machine,
  files: readonly MachineFile[],
): Promise<boolean> => {
  const texts = await Promise.all(files.map(({ path }) => machine.readText(path)));
  return files.every(({ text }, index) => texts[index] === text);
};

/** The first line that a program said of its failure. */
export const firstLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "") ?? "nothing";
