/** The settings as a file of JSON: read once, written whole. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { err, ok, type Result } from "@duro/crypto/types";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { isMissing, reasonOf } from "../systemError.ts";
import { writeNewFile } from "../writeNewFile.ts";
import type { Settings, SettingsFile } from "./settings.ts";
import { createTurns } from "./turns.ts";

const folderMode = 0o700;

const schema = Type.Object({
  server: Type.Optional(Type.String({ maxLength: 2_048 })),
  isRemovedByRelay: Type.Optional(Type.Boolean()),
  pausedUntil: Type.Optional(Type.Union([Type.Number(), Type.Literal("always")])),
  wordsTestedAtMs: Type.Optional(Type.Number()),
});

export const openSettings = async (path: string): Promise<Result<SettingsFile, Problem>> => {
  const read = await readSettings(path);
  if (!read.ok) return read;
  let now = read.value;
  const inTurn = createTurns();
  return ok({
    get now() {
      return now;
    },
    change: (change) =>
      inTurn(async () => {
        const next = { ...now, ...change };
        await writeWhole(path, `${JSON.stringify(next, undefined, 2)}\n`);
        now = next;
      }),
  });
};

const readSettings = async (path: string): Promise<Result<Settings, Problem>> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (isMissing(cause)) return ok({});
    return err(unreadable(path, `it cannot be read, since ${reasonOf(cause)}`));
  }
  try {
    const settings: unknown = JSON.parse(text);
    if (Value.Check(schema, settings)) return ok(settings);
  } catch {
    return err(unreadable(path, "it is not JSON"));
  }
  return err(unreadable(path, "it holds something else than settings"));
};

const unreadable = (path: string, why: string): Problem => ({
  code: "SettingsUnreadable",
  exit: Exit.Usage,
  message: `The settings in ${path} were not taken: ${why}.`,
  next: `mend or remove ${path}; nothing of the memory is in it`,
});

const writeWhole = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: folderMode });
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeNewFile(draft, text);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw cause;
  }
};
