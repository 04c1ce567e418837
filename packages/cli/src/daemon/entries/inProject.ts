/** Writes something into the project that a person named, in one work: the project is made with it. */
import { ok, type Result } from "@duro/crypto/types";
import {
  type BadField,
  type DocNotOpen,
  ensureProjectNamed,
  type EntryId,
  type Memory,
  type NoProject,
  type ProjectAmbiguous,
  type Written,
} from "@duro/memory";

export const inProject = <T extends Written, E extends { readonly type: string }>(
  memory: Memory,
  named: string | undefined,
  write: (project: EntryId | undefined) => Result<T, E>,
): Result<T, BadField | DocNotOpen | E | NoProject | ProjectAmbiguous> => {
  if (named === undefined) return write(undefined);
  const project = ensureProjectNamed(memory, named);
  if (!project.ok) return project;
  const written = write(project.value.id);
  if (!written.ok) return written;
  const docs = [...new Set([...project.value.docs, ...written.value.docs])];
  return ok({ ...written.value, docs });
};
