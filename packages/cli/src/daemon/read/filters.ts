/** What a person names to narrow a search or a list, as the index knows it. */
import { err, ok, type Result } from "@duro/crypto/types";
import { type EntryId, type KindName, parseEntryId, projectsNamed } from "@duro/memory";
import { listedTypes } from "../../api/readLimits.ts";
import { type Problem, usage } from "../../problem.ts";
import type { Home } from "../daemon.ts";

export const parseType = (
  text: string | undefined,
): Result<readonly KindName[] | undefined, Problem> => {
  if (text === undefined) return ok(undefined);
  const wanted = text.trim().toLowerCase();
  const type = listedTypes.find((one) => one === wanted);
  return type === undefined
    ? err(usage("BadType", `--type is one of ${listedTypes.join(", ")}.`, "duro list --type fact"))
    : ok([type]);
};

/** A remote or a commit that nobody has stored anything about is a project without entries. */
const isSign = (text: string): boolean => text.includes("/") || text.startsWith("commit:");

export const findProjects = async (
  home: Home,
  text: string | undefined,
): Promise<Result<readonly EntryId[] | undefined, Problem>> => {
  if (text === undefined) return ok(undefined);
  const groups = await home.read((memory) => projectsNamed(memory, text));
  if (!groups.ok) return err(noProject);
  const ids = groups.value.flatMap((group) => group.ids);
  return ids.length > 0 || isSign(text) ? ok(ids) : err(noProject);
};

const noProject = usage(
  "NoProject",
  "No project here has that name, id or git remote: nothing was stored in it, or it has not arrived on this machine yet.",
  "duro list, without --project; or duro sync",
);

/** Where the page before ended. */
export const parseAfter = (
  home: Home,
  text: string | undefined,
): Result<EntryId | undefined, Problem> => {
  if (text === undefined) return ok(undefined);
  const id = parseEntryId(text.trim());
  if (id.ok && home.index.idsBeginning(id.value, 1).length > 0) return ok(id.value);
  return err(
    usage(
      "NoSuchPage",
      "--after takes the id with which the page before ended, and nothing here has that id.",
      "duro list, from its beginning; the next page begins after the `next` of its JSON",
    ),
  );
};
