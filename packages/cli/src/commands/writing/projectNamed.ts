/**
 * What `--project` means, in words that are the same on every machine: a path goes no further than here.
 */
import { stat } from "node:fs/promises";
import path from "node:path";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";
import { findGitFolder, remoteOf, rootCommitOf } from "./gitFolder.ts";

/** A name is a name, though a folder may be called the same. */
const isPath = (text: string): boolean =>
  text === "." || text === ".." || /^(?:\.{1,2}[/\\]|[/\\~]|[A-Za-z]:[/\\])/u.test(text);

/** A remote, `commit:<root commit>:<name>`, or what was typed. Undefined: no project. */
export const projectNamed = async (
  typed: unknown,
  {
    cwd,
    env,
  }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<string | undefined, Problem>> => {
  if (typeof typed !== "string" || typed.trim() === "") return ok(undefined);
  const text = typed.trim();
  if (!isPath(text)) return ok(text);
  const folder = path.resolve(cwd, text.replace(/^~(?=[/\\]|$)/u, env["HOME"] ?? "~"));
  const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() === true;
  if (!isFolder) return err(noProject(`${text} is no folder`));
  const git = await findGitFolder(folder);
  if (git === undefined) return err(noProject(`${text} is in no git repository`));
  const remote = await remoteOf(git);
  // A remote that is a path of this machine names nothing elsewhere.
  if (remote !== undefined && !isPath(remote) && !/^file:/iu.test(remote))
    return ok(withoutCredentials(remote));
  const commit = await rootCommitOf(git);
  return commit === undefined
    ? err(noProject(`The repository of ${text} has neither a remote nor a commit`))
    : ok(`commit:${commit}:${path.basename(git.root)}`);
};

const withoutCredentials = (remote: string): string =>
  remote.replace(/^(?<scheme>[a-z+]+:\/\/)[^@/]*@/iu, "$<scheme>");

const noProject = (what: string): Problem => ({
  code: "NoProject",
  exit: Exit.Usage,
  message: `${what}, so nothing tells this project from others on other machines.`,
  next: "run it again with --project NAME, which gives it a name",
});
