/** What `--source` points to. A path is told from the root of its project, or from home: never whole. */
import path from "node:path";
import { findGitFolder } from "./gitFolder.ts";

export const sourceNamed = async (
  typed: unknown,
  {
    cwd,
    env,
  }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<string | undefined> => {
  if (typeof typed !== "string" || typed.trim() === "") return undefined;
  const text = typed.trim();
  if (!/^(?:\/|~[/\\]|[A-Za-z]:[/\\]|\.{1,2}[/\\])\S*$/u.test(text)) return text;
  const home = env["HOME"] ?? env["USERPROFILE"];
  const whole = path.resolve(cwd, text.replace(/^~(?=[/\\])/u, home ?? "~"));
  const git = await findGitFolder(path.dirname(whole));
  const inProject = git === undefined ? undefined : below(git.root, whole);
  if (inProject !== undefined) return inProject;
  const inHome = home === undefined ? undefined : below(home, whole);
  return inHome === undefined ? text : `~/${inHome}`;
};

const below = (folder: string, file: string): string | undefined => {
  const relative = path.relative(folder, file);
  return relative === "" || relative.startsWith("..") || path.isAbsolute(relative)
    ? undefined
    : relative.replaceAll("\\", "/");
};
