/**
 * Which project a folder is: the one whose git remote it has, else whose root commit. Never its path,
 * which is another on each machine.
 */
import { rootDoc } from "../docs/names.ts";
import { project } from "../entities/project.ts";
import { byAge, type EntryId } from "../ids.ts";
import { type DocNotOpen, type Memory, memoryOrigin, openDocOf } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import type { BadField } from "../shape.ts";
import { mapOf, memberName, setFields } from "../store.ts";
import { membersOf } from "../views/item.ts";
import type { OtherItem } from "../views/itemTypes.ts";
import { createEntry, type Written } from "./create.ts";
import { itemsOf } from "./list.ts";

export interface ProjectSigns {
  /** As git prints them; credentials in them are dropped. */
  readonly remotes: readonly string[];
  /** Counts only where there is no remote: forks share it. */
  readonly rootCommit?: string | undefined;
  readonly name?: string | undefined;
  /** On this machine; kept for its own use, never exported. */
  readonly root?: string | undefined;
}

/** `host/owner/name`; undefined for a path or anything else that is the same nowhere else. */
export const normaliseRemote = (remote: string): string | undefined => {
  const trimmed = remote.trim();
  const url = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?(?<host>[^/:]+)(?::\d+)?\/(?<path>.+)$/iu.exec(
    trimmed,
  );
  const short = /^(?:[^@/\s]+@)?(?<host>[^/:\s]{2,}):(?!\/\/)(?<path>[^\\].*)$/u.exec(trimmed);
  const { host, path } = (url ?? short)?.groups ?? {};
  if (host === undefined || path === undefined || /^localhost$|^127\./iu.test(host))
    return undefined;
  const clean = path
    .replace(/[?#].*$/u, "")
    .replace(/^\/+|\/+$/gu, "")
    .replace(/\.git$/iu, "")
    .replaceAll(/\/{2,}/gu, "/");
  // Hosts that people use do not tell case apart, and a person types it either way.
  return clean === "" ? undefined : `${host}/${clean}`.toLowerCase();
};

type ProjectItem = OtherItem<"project">;

const projects = (memory: Memory): Result<readonly ProjectItem[], DocNotOpen> => {
  const items = itemsOf(memory, rootDoc, { types: ["project"] });
  return items.ok
    ? ok(
        items.value.filter((item) => item.type === "project").toSorted((a, b) => byAge(a.id, b.id)),
      )
    : items;
};

const signsOf = ({ remotes, rootCommit }: ProjectSigns): readonly (readonly [string, string])[] => {
  const normal = [...new Set(remotes.flatMap((remote) => normaliseRemote(remote) ?? []))];
  if (normal.length > 0) return normal.map((remote) => ["remotes", remote] as const);
  return rootCommit === undefined ? [] : [["commits", rootCommit.toLowerCase()]];
};

export interface ProjectGroup {
  /** The oldest: where new entries go. */
  readonly id: EntryId;
  /** All, oldest first: two devices may have made one project at once. */
  readonly ids: readonly EntryId[];
  readonly name: string;
  readonly remotes: ReadonlySet<string>;
  /** A remote or a root commit: else only its name tells it from others. */
  readonly isProven: boolean;
}

/** Those that share a sign are one, also through a third; those that have none, if they share a name. */
export const projectGroups = (memory: Memory): Result<readonly ProjectGroup[], DocNotOpen> => {
  const all = projects(memory);
  if (!all.ok) return all;
  const groups: { items: ProjectItem[]; signs: Set<string> }[] = [];
  for (const item of all.value) {
    const proven = signSets.flatMap((set) =>
      membersOf(item.entry, set).map((sign) => `${set} ${sign}`),
    );
    const signs = proven.length > 0 ? proven : [`name ${item.text.toLowerCase()}`];
    const shared = groups.filter((group) => signs.some((sign) => group.signs.has(sign)));
    const [first = { items: [], signs: new Set<string>() }, ...others] = shared;
    if (shared.length === 0) groups.push(first);
    first.items.push(item, ...others.flatMap(({ items }) => items));
    for (const sign of [...signs, ...others.flatMap((other) => [...other.signs])])
      first.signs.add(sign);
    for (const other of others) groups.splice(groups.indexOf(other), 1);
  }
  return ok(groups.flatMap(({ items }) => groupOf(items.toSorted((a, b) => byAge(a.id, b.id)))));
};

const signSets = ["remotes", "commits"] as const;

const signCountOf = (entry: ProjectItem["entry"]): number =>
  signSets.reduce((sum, set) => sum + membersOf(entry, set).length, 0);

const groupOf = (items: readonly ProjectItem[]): readonly ProjectGroup[] => {
  const [oldest] = items;
  if (oldest === undefined) return [];
  const name = items.find(({ text }) => text !== "")?.text ?? "";
  const remotes = new Set(items.flatMap(({ entry }) => membersOf(entry, "remotes")));
  const isProven = items.some(({ entry }) => signCountOf(entry) > 0);
  return [{ id: oldest.id, ids: items.map(({ id }) => id), name, remotes, isProven }];
};

/** Undefined: none yet, or a folder that nothing but its path tells from others. */
export const findProject = (
  memory: Memory,
  signs: ProjectSigns,
): Result<ProjectGroup | undefined, DocNotOpen> => {
  const all = projects(memory);
  if (!all.ok) return all;
  const wanted = signsOf(signs);
  const hit = all.value.find(({ entry }) =>
    wanted.some(([set, sign]) => entry.sets[set]?.has(sign)),
  );
  const groups = projectGroups(memory);
  if (!groups.ok) return groups;
  return ok(hit === undefined ? undefined : groups.value.find(({ ids }) => ids.includes(hit.id)));
};

/** Finds it or makes it, and adds the signs that it lacks. Undefined where there are none. */
export const ensureProject = (
  memory: Memory,
  signs: ProjectSigns,
): Result<(Written & { readonly isNew: boolean }) | undefined, BadField | DocNotOpen> => {
  const wanted = signsOf(signs);
  if (wanted.length === 0) return ok(undefined);
  const present = findProject(memory, signs);
  if (!present.ok) return present;
  const created = present.value ?? makeProject(memory, signs, wanted);
  if ("ok" in created && !created.ok) return created;
  const id = "ok" in created ? created.value.id : created.id;
  const root = openDocOf(memory, rootDoc);
  if (!root.ok) return root;
  const map = mapOf(root.value, project, id);
  const members = wanted.map(([set, sign]) => memberName(set, sign));
  if (signs.root !== undefined) members.push(memberName("roots", `${memory.device}:${signs.root}`));
  root.value.transact(() => {
    for (const member of members)
      if (map !== undefined) setFields(root.value, map, { [member]: 1 });
  }, memoryOrigin);
  return ok({ id, docs: [rootDoc], isNew: present.value === undefined });
};

export const makeProject = (
  memory: Memory,
  { name }: ProjectSigns,
  wanted: readonly (readonly [string, string])[],
): Result<Written, BadField | DocNotOpen> => {
  const at = memory.nowMs();
  const [sign] = wanted;
  return createEntry(memory, project, {
    core: { created: at, at, device: memory.device },
    fields: { name: name ?? sign?.[1].split("/").at(-1) },
  });
};
