/**
 * Which project a folder belongs to, out of git's own files: starting git takes longer than all the rest
 * of a command. Only where there is no remote git is asked, for the root commit.
 */
import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";

export interface GitFolder {
  /** Of the work tree. */
  readonly root: string;
  /** Where its configuration is; that of a work tree beside others is elsewhere. */
  readonly common: string;
}

const textIn = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined;
  }
};

/** Undefined where no folder above has a repository. */
export const findGitFolder = async (start: string): Promise<GitFolder | undefined> => {
  for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
    const git = path.join(folder, ".git");
    const info = await stat(git).catch(() => undefined);
    if (info?.isDirectory() === true) return { root: folder, common: git };
    if (info?.isFile() === true) return linked(folder, git);
    if (path.dirname(folder) === folder) return undefined;
  }
};

/** A work tree beside others, or a submodule: the file says where its folder is. */
const linked = async (root: string, file: string): Promise<GitFolder | undefined> => {
  const named = /^gitdir:\s*(?<folder>.+)$/mu.exec((await textIn(file)) ?? "")?.groups?.["folder"];
  if (named === undefined) return undefined;
  const folder = path.resolve(root, named.trim());
  const common = await textIn(path.join(folder, "commondir"));
  return { root, common: common === undefined ? folder : path.resolve(folder, common.trim()) };
};

/** The one that others would name: `origin`, else the first. */
export const remoteIn = (config: string): string | undefined => {
  const remotes = new Map<string, string>();
  let name: string | undefined;
  for (const line of config.split(/\r?\n/u)) {
    const section = /^\s*\[(?<head>[^\]]*)\]/u.exec(line)?.groups?.["head"];
    if (section !== undefined)
      name = /^remote\s+"(?<name>.+)"$/u.exec(section.trim())?.groups?.["name"];
    const url = /^\s*(?:\[[^\]]*\]\s*)?url\s*=\s*(?<url>.+?)\s*$/u.exec(line)?.groups?.["url"];
    if (name !== undefined && url !== undefined && !remotes.has(name))
      remotes.set(name, url.replace(/^"(.*)"$/u, "$1"));
  }
  return remotes.get("origin") ?? [...remotes.values()][0];
};

export const remoteOf = async ({ common }: GitFolder): Promise<string | undefined> => {
  const config = await textIn(path.join(common, "config"));
  return config === undefined ? undefined : remoteIn(config);
};

/** A repository of any size answers in less; where git hangs, the folder has no root commit. */
const gitMsMax = 3_000;

/** Of several the one that sorts first: the same on every machine. Undefined before the first commit. */
export const rootCommitOf = ({ root }: GitFolder): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(
      "git",
      ["rev-list", "--max-parents=0", "HEAD"],
      { cwd: root, timeout: gitMsMax, windowsHide: true },
      (error, stdout) => {
        const commits = stdout.split("\n").filter((one) => /^[0-9a-f]{40,64}$/u.test(one));
        resolve(error === null ? commits.toSorted()[0] : undefined);
      },
    );
  });
