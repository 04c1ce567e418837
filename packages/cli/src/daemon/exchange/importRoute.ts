/**
 * `import`: files of the older Duro and exports of ours. Everything is read and planned first; then it is
 * written in batches, each durable before the next, so an import that ends anywhere goes on when it is
 * run again.
 */
import path from "node:path";
import { err, ok, type Result } from "@duro/crypto/types";
import {
  batchesOf,
  ensureProjectNamed,
  type EntryId,
  type ImportPlan,
  type Incoming,
  parseImport,
  planImport,
  type TextFile,
} from "@duro/memory";
import type { ExchangeProgress, SkippedJson } from "../../api/exchangeCalls.ts";
import { Exit } from "../../exits.ts";
import { type Problem, usage } from "../../problem.ts";
import type { Home } from "../daemon.ts";
import { change } from "../entries/entryProblems.ts";
import { body, optionalText, text } from "../shapes.ts";
import { needHome } from "../needHome.ts";
import { talkRoute } from "../routes.ts";
import { type FilesRead, readFiles } from "./readFiles.ts";

interface Progress {
  readonly signal: AbortSignal;
  readonly say: (progress: ExchangeProgress) => void;
}

/** Two at once would not know of each other's ids. */
const busyHomes = new WeakSet<Home>();

export const importRoute = talkRoute<"import">({
  name: "import",
  schema: body({ path: text, project: optionalText }),
  run: async (daemon, asked, line) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    if (busyHomes.has(home.value)) return err(busy);
    busyHomes.add(home.value);
    try {
      const say = sparsely((progress) => line.say(progress), daemon.nowMs);
      return await importFrom(home.value, asked, { signal: line.signal, say });
    } finally {
      busyHomes.delete(home.value);
    }
  },
});

const importFrom = async (
  home: Home,
  { path: named, project }: { readonly path: string; readonly project?: string | undefined },
  progress: Progress,
) => {
  const { signal, say } = progress;
  const read = await readFiles(named, {
    signal,
    onRead: (done, total) => say({ phase: "reading", done, total }),
  });
  if (!read.ok) return read;
  if (signal.aborted) return err(interrupted);
  const projectId = await projectFor(home, project);
  if (!projectId.ok) return projectId;
  const incoming = understand(named, read.value, projectId.value);
  if (!incoming.ok) return incoming;
  const plan = await home.read<ImportPlan, never>((memory) => planImport(memory, incoming.value));
  if (!plan.ok) return plan;
  const written = await write(home, plan.value, progress);
  if (!written.ok) return written;
  return ok({
    imported: plan.value.entries.length,
    present: plan.value.presentCount,
    skipped: [...read.value.skipped, ...plan.value.skipped.map(skippedJson)],
  });
};

const projectFor = async (
  home: Home,
  named: string | undefined,
): Promise<Result<EntryId | undefined, Problem>> => {
  if (named === undefined) return ok(undefined);
  const made = await change(home, "project", (memory) => ensureProjectNamed(memory, named));
  return made.ok ? ok(made.value.id) : made;
};

const write = async (
  home: Home,
  plan: ImportPlan,
  { signal, say }: Progress,
): Promise<Result<void, Problem>> => {
  const total = plan.entries.length + plan.events.length;
  let done = 0;
  for (const batch of batchesOf(plan)) {
    if (signal.aborted) return err(interrupted);
    const written = await change(home, "fact", (memory) => batch.write(memory));
    if (!written.ok) return written;
    done += batch.count;
    say({ phase: "writing", done, total });
  }
  return ok(undefined);
};

/** What the files say; a file beside the memories that is none of them is nobody's loss. */
const understand = (
  named: string,
  { files, skipped: unread }: FilesRead,
  project: EntryId | undefined,
): Result<Incoming, Problem> => {
  const incoming = parseImport(files, { project });
  if (!incoming.ok)
    return err({
      code: incoming.error.type,
      exit: Exit.VersionMismatch,
      message: `Nothing was imported: the export is of format ${incoming.error.version}, and this Duro is older.`,
      next: "update Duro on this machine, then import again",
    });
  const { entries, events, skipped } = incoming.value;
  const isNothing = entries.length + events.length === 0;
  const isForeign = ({ path: file }: TextFile): boolean =>
    !file.endsWith(".json") || skipped.some(({ what }) => what === file);
  // What could not be read is named instead.
  if (isNothing && unread.length === 0 && files.every(isForeign))
    return err(nothingFound(named, files.length, skipped[0]?.why ?? "NoJson"));
  const paths = new Set(files.map(({ path: file }) => file));
  const isOfMemory = (file: string): boolean =>
    memoryFolder.test(`${path.basename(named)}/${file}`) || files.length === 1;
  const kept = skipped.filter(({ what }) => !paths.has(what) || isOfMemory(what));
  return ok({ entries, events, skipped: kept });
};

/** Folders in which the older Duro kept nothing else; beside them are its settings and its audit log. */
const memoryFolder =
  /(?:^|\/)(?:memory\/skills|facts|decisions|episodes|incidents|changes|evaluations|validations|decision_validations)\//u;

const nothingFound = (named: string, fileCount: number, why: string | undefined): Problem => {
  if (fileCount === 1 && why === "NoJson")
    return usage(
      "NothingToImport",
      `Nothing was imported: ${path.basename(named)} is no JSON, or nested too deep to be a memory.`,
      whatImports,
    );
  return usage(
    "NothingToImport",
    fileCount === 0
      ? "Nothing was imported: there is no JSON file in there."
      : `Nothing was imported: none of the ${fileCount} JSON files in there is a memory of the older Duro or an export of this one.`,
    whatImports,
  );
};

const whatImports = "duro import ~/.agent, or the folder or memory.json of a duro export";

const skippedJson = ({ what, why, field }: ImportPlan["skipped"][number]): SkippedJson =>
  field === undefined ? { what, why } : { what, why, field };

const busy: Problem = {
  code: "ImportRuns",
  exit: Exit.Busy,
  message: "Another import is running on this machine.",
  next: "the same command once it is done",
};

const interrupted: Problem = {
  code: "Interrupted",
  exit: Exit.Interrupted,
  message: "The import was ended. What came in until then is stored.",
  next: "the same command again: it goes on where it stopped",
};

/** A bar needs no more, and a thousand lines cost more than the work. */
const sayIntervalMs = 100;

const sparsely = (
  say: (progress: ExchangeProgress) => void,
  nowMs: () => number,
): Progress["say"] => {
  let saidMs = Number.NEGATIVE_INFINITY;
  let phase: ExchangeProgress["phase"] | undefined;
  return (progress) => {
    const isTurn = progress.done === progress.total || progress.phase !== phase;
    if (!isTurn && nowMs() - saidMs < sayIntervalMs) return;
    saidMs = nowMs();
    ({ phase } = progress);
    say(progress);
  };
};
