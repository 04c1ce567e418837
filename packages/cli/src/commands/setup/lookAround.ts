/** What lies on this machine that a memory could begin with: folders of the older Duro. Nothing is opened. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { olderFolderNames } from "../../places/olderFolders.ts";

export interface FoundFolder {
  /** As a person writes it. */
  readonly name: string;
  readonly path: string;
  readonly fileCount: number;
  readonly byteLength: number;
  /** By the folder that they lie in: facts, decisions. */
  readonly countByKind: ReadonlyMap<string, number>;
}

/** A folder that holds more is counted no further. */
const fileCountMax = 20_000;
const kinds: ReadonlySet<string> = new Set([
  "facts",
  "decisions",
  "episodes",
  "incidents",
  "changes",
  "skills",
]);

export const lookAround = async (home: string | undefined): Promise<readonly FoundFolder[]> => {
  if (home === undefined) return [];
  const found: FoundFolder[] = [];
  for (const name of olderFolderNames) {
    const folder = await lookInto(join(home, name));
    if (folder.fileCount > 0) found.push({ name: `~/${name}`, path: join(home, name), ...folder });
  }
  return found;
};

const lookInto = async (folder: string): Promise<Omit<FoundFolder, "name" | "path">> => {
  const countByKind = new Map<string, number>();
  let fileCount = 0;
  let byteLength = 0;
  const walk = async (path: string, kind: string | undefined, depth: number): Promise<void> => {
    if (depth < 0 || fileCount >= fileCountMax) return;
    // What cannot be read is not counted.
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const below = join(path, entry.name);
      if (entry.isDirectory()) {
        await walk(below, kinds.has(entry.name) ? entry.name : kind, depth - 1);
        continue;
      }
      if (kind === undefined || !entry.isFile() || !/\.(?:json|md)$/u.test(entry.name)) continue;
      if (fileCount >= fileCountMax) return;
      fileCount += 1;
      byteLength += (await stat(below).catch(() => undefined))?.size ?? 0;
      countByKind.set(kind, (countByKind.get(kind) ?? 0) + 1);
    }
  };
  const depthMax = 5;
  await walk(folder, undefined, depthMax);
  return { fileCount, byteLength, countByKind };
};

const mebibyte = 2 ** 20;

export const foundText = ({ name, fileCount, byteLength, countByKind }: FoundFolder): string => {
  const of = [...countByKind].map(([kind, count]) => `${kind} ${count}`).join(", ");
  const size =
    byteLength < mebibyte
      ? `${Math.ceil(byteLength / 1024)} kB`
      : `${Math.round(byteLength / mebibyte)} MB`;
  return `Found   ${name}  ${fileCount}${fileCount >= fileCountMax ? " or more" : ""} file${fileCount === 1 ? "" : "s"} (${of}), ${size}. Bring them in later: duro import ${name}`;
};
