/** The settings as a file of JSON: read once, written whole. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { err, ok, type Result } from "@duro/crypto/types";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Settings, SettingsFile } from "./settings.ts";

const fileMode = 0o600;
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
  let last: Promise<unknown> = Promise.resolve();
  return ok({
    get now() {
      return now;
    },
    change: (change) => {
      const mine = inTurn(last, async () => {
        const next = { ...now, ...change };
        await writeWhole(path, `${JSON.stringify(next, undefined, 2)}\n`);
        now = next;
      });
      last = mine.catch(() => {});
      return mine;
    },
  });
};

const inTurn = async (before: Promise<unknown>, write: () => Promise<void>): Promise<void> => {
  await before;
  await write();
};

const readSettings = async (path: string): Promise<Result<Settings, Problem>> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return ok({});
    return err(unreadable(path, "it cannot be read"));
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
  const file = await open(draft, "wx", fileMode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
};
