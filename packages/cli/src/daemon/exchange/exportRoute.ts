/** `export`: everything that is not forgotten, to a folder or in pieces of text. */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type DocName,
  docNames,
  exportDoc,
  type ExportFile,
  exportFileName,
  type ExportPart,
  exportToFiles,
  exportToJson,
} from "@duro/memory";
import { Type } from "typebox";
import type { ExchangeProgress } from "../../api/exchangeCalls.ts";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Home } from "../daemon.ts";
import { body, optionalText } from "../shapes.ts";
import { needHome } from "../needHome.ts";
import { talkRoute } from "../routes.ts";
import { writeFolder } from "./writeFolder.ts";

export const exportRoute = talkRoute<"export">({
  name: "export",
  schema: body({
    format: Type.Optional(Type.Union([Type.Literal("json"), Type.Literal("md")])),
    to: optionalText,
  }),
  run: async (daemon, { format, to }, line) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const parts = await partsOf(home.value, {
      say: (progress) => line.say(progress),
      signal: line.signal,
    });
    if (!parts.ok) return parts;
    const counts = countsOf(parts.value);
    if (to === undefined) {
      for (const text of pieces(textOf(parts.value, format ?? "json"))) line.say({ text });
      return ok({ counts });
    }
    const files = exportToFiles(parts.value, format ?? "md");
    const written = await writeFolder(to, files, home.value.memory.randomBytes);
    if (!written.ok) return written;
    return ok({ counts, to, files: files.map((file) => file.path) });
  },
});

interface Progress {
  readonly say: (progress: ExchangeProgress) => void;
  readonly signal: AbortSignal;
}

/** Document by document, so that others have their turn, and none has to stay open for the next. */
const partsOf = async (
  home: Home,
  { say, signal }: Progress,
): Promise<Result<readonly ExportPart[], Problem>> => {
  const names = await home.read<readonly DocName[], never>((memory) => docNames(memory));
  if (!names.ok) return names;
  const parts: ExportPart[] = [];
  for (const name of names.value) {
    if (signal.aborted) return err(interrupted);
    const part = await home.read<ExportPart, never>((memory) => exportDoc(memory, name));
    if (!part.ok) return part;
    parts.push(part.value);
    say({ phase: "reading", done: parts.length, total: names.value.length });
  }
  return ok(parts);
};

const countsOf = (parts: readonly ExportPart[]): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const { entries, events } of parts) {
    for (const { type } of entries) counts.set(type, (counts.get(type) ?? 0) + 1);
    if (events.length > 0) counts.set("event", (counts.get("event") ?? 0) + events.length);
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

const textOf = (parts: readonly ExportPart[], format: "json" | "md"): string => {
  if (format === "json") return exportToJson(parts);
  const isPage = ({ path }: ExportFile): boolean => path !== exportFileName;
  return exportToFiles(parts, "md")
    .filter(isPage)
    .map(({ text }) => (text.endsWith("\n") ? text : `${text}\n`))
    .join("\n");
};

/** Of one line to whoever asked: some of the largest entries. */
const pieceLength = 1_048_576;

const pieces = function* (text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + pieceLength, text.length);
    // Not within a pair of surrogates: a half of one has no bytes.
    if (end < text.length && /[\uD800-\uDBFF]/u.test(text.charAt(end - 1))) end -= 1;
    yield text.slice(at, end);
    at = end;
  }
};

const interrupted: Problem = {
  code: "Interrupted",
  exit: Exit.Interrupted,
  message: "The export was ended before anything was written.",
  next: "the same command again",
};
