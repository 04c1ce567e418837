/** Where the web viewer's files are: the folder that was named, or the one that is built beside us. */
import { err, ok, type Result } from "@duro/crypto/types";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { Exit, type Failure } from "../exits.ts";

const besideUs = join(import.meta.dirname, "../../../viewer/dist");

const holdsPage = async (folder: string): Promise<boolean> =>
  access(join(folder, "index.html")).then(
    () => true,
    () => false,
  );

/** Undefined: there is none, and nobody asked for one. */
export const findViewer = async (
  named: string | undefined,
): Promise<Result<string | undefined, Failure>> => {
  if (named === undefined) return ok((await holdsPage(besideUs)) ? besideUs : undefined);
  if (await holdsPage(named)) return ok(named);
  return err({
    code: "ViewerMissing",
    exit: Exit.Usage,
    message: `${named}, of --viewer, holds no index.html.`,
    next: "name the folder that the viewer was built into",
  });
};
