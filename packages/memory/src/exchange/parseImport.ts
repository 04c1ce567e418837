/** `duro import`: a file or a folder, of our own export or of the older Duro, also of both. */
import type { EntryId } from "../ids.ts";
import { ok, type Result } from "../result.ts";
import { type ExportTooNew, parseExport } from "./exportJson.ts";
import type { Incoming } from "./incoming.ts";
import { parseLegacy, type TextFile } from "./legacy.ts";

/** Which of both a file is, it says itself. What is neither is named in `skipped`. */
export const parseImport = (
  files: readonly TextFile[],
  { project }: { readonly project?: EntryId | undefined } = {},
): Result<Incoming, ExportTooNew> => {
  const parts: Incoming[] = [];
  const others: TextFile[] = [];
  for (const file of files) {
    const own = parseExport(file.text);
    if (own.ok) parts.push(own.value);
    else if (own.error.type === "ExportTooNew") return { ok: false, error: own.error };
    else others.push(file);
  }
  parts.push(parseLegacy(others, { project }));
  return ok({
    entries: parts.flatMap(({ entries }) => entries),
    events: parts.flatMap(({ events }) => events),
    skipped: parts.flatMap(({ skipped }) => skipped),
  });
};
