/** Which project a person means: by its id, its git remote, its root commit, or its name. */
import { rootDoc } from "../docs/names.ts";
import { type EntryId, parseEntryId, typeOfId } from "../ids.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import type { BadField } from "../shape.ts";
import type { Written } from "./create.ts";
import {
  ensureProject,
  findProject,
  makeProject,
  normaliseRemote,
  type ProjectGroup,
  projectGroups,
  type ProjectSigns,
} from "./projects.ts";

export interface NoProject {
  readonly type: "NoProject";
}
/** Several have that name; their remotes tell them apart. */
export interface ProjectAmbiguous {
  readonly type: "ProjectAmbiguous";
  readonly ids: readonly EntryId[];
  readonly remotes: readonly string[];
}

/** A root commit and the name of its folder, in one word. */
const commitPattern = /^commit:(?<commit>[0-9a-f]{40,64})(?::(?<name>.*))?$/iu;

/** Undefined where it is neither: then it is a name. */
const signsIn = (text: string): ProjectSigns | undefined => {
  const { commit, name } = commitPattern.exec(text)?.groups ?? {};
  if (commit !== undefined)
    return {
      remotes: [],
      rootCommit: commit,
      name: name === undefined || name === "" ? undefined : name,
    };
  // `work: api` is a name: a remote has a path, and no space.
  return /\s/u.test(text) || !text.includes("/") || normaliseRemote(text) === undefined
    ? undefined
    : { remotes: [text] };
};

/** All that it may mean; none, where there is no such project yet. */
export const projectsNamed = (
  memory: Memory,
  text: string,
): Result<readonly ProjectGroup[], DocNotOpen> => {
  const groups = projectGroups(memory);
  if (!groups.ok) return groups;
  const id = parseEntryId(text);
  if (id.ok && typeOfId(id.value) === "project")
    return ok(groups.value.filter(({ ids }) => ids.includes(id.value)));
  const signs = signsIn(text);
  if (signs !== undefined) {
    const found = findProject(memory, signs);
    return found.ok ? ok(found.value === undefined ? [] : [found.value]) : found;
  }
  const wanted = text.trim().toLowerCase();
  const ofRemote = groups.value.filter(({ remotes }) => remotes.has(wanted));
  if (ofRemote.length > 0) return ok(ofRemote);
  return ok(groups.value.filter(({ name }) => name.toLowerCase() === wanted));
};

/**
 * Where a new entry goes. A name that nobody has makes a project; one that several have makes a question.
 */
export const ensureProjectNamed = (
  memory: Memory,
  text: string,
): Result<Written, BadField | DocNotOpen | NoProject | ProjectAmbiguous> => {
  const signs = signsIn(text);
  if (signs !== undefined) {
    const ensured = ensureProject(memory, signs);
    if (!ensured.ok) return ensured;
    return ensured.value === undefined ? err({ type: "NoProject" }) : ok(ensured.value);
  }
  const found = projectsNamed(memory, text);
  if (!found.ok) return found;
  // A bare name means the one project that has a remote, too.
  const proven = found.value.filter(({ isProven }) => isProven);
  if (proven.length > 1)
    return err({
      type: "ProjectAmbiguous",
      ids: proven.map(({ id }) => id),
      remotes: proven.flatMap(({ remotes }) => [...remotes]),
    });
  const [first] = [...proven, ...found.value];
  if (first !== undefined) return ok({ id: first.id, docs: [rootDoc] });
  const id = parseEntryId(text);
  const isId = id.ok && typeOfId(id.value) === "project";
  return text.trim() === "" || isId
    ? err({ type: "NoProject" })
    : makeProject(memory, { remotes: [], name: text.trim() }, []);
};
