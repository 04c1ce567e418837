/** A text from the line, from a file, or from stdin where `-` stands for it. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { type Problem, usage } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";
import { reasonOf } from "../../systemError.ts";
import type { CommandContext } from "../command.ts";

/** More than the longest that an entry takes: what is too long is refused by its name, not cut. */
const byteLengthMax = 2_097_152;

type Given = Pick<CommandContext, "stdin" | "cwd">;

export const givenText = async (
  { stdin }: Given,
  text: string | undefined,
): Promise<Result<string, Problem>> => {
  if (text !== "-") return ok(text ?? "");
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  for await (const part of stdin) {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    byteLength += bytes.length;
    if (byteLength > byteLengthMax) return err(tooLong("What stdin brings"));
    parts.push(bytes);
  }
  return textOf(Buffer.concat(parts), "What stdin brings");
};

export const fileText = async (given: Given, file: string): Promise<Result<string, Problem>> => {
  if (file === "-") return givenText(given, file);
  try {
    // A pipe that nobody writes to would hold the command up for ever.
    const handle = await open(path.resolve(given.cwd, file), constants.O_RDONLY | nonBlocking);
    try {
      const info = await handle.stat();
      if (!info.isFile()) return err(unreadable(file, "it is no file"));
      if (info.size > byteLengthMax) return err(tooLong(file));
      return textOf(await handle.readFile(), file);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return err(unreadable(file, reasonOf(cause)));
  }
};

/** Windows has no such flag. */
const nonBlocking = constants.O_NONBLOCK ?? 0;

const textOf = (bytes: Uint8Array, what: string): Result<string, Problem> => {
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return err(
      usage(
        "NotText",
        `${what} is no text: its bytes are not UTF-8.`,
        "write it as UTF-8, and run the command again",
      ),
    );
  }
};

const tooLong = (what: string): Problem =>
  usage(
    "TextTooLong",
    `${what} is more than ${byteLengthMax / 1_048_576} MiB, and an entry is one thought.`,
    "store what matters of it, in entries of their own",
  );

const unreadable = (file: string, why: string): Problem =>
  usage("FileUnreadable", `${file} cannot be read: ${why}.`, "name a file that can be read");
