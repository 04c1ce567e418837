/** What is never typed on the line: from a file, a pipe, stdin, or a person at a terminal. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Problem, usage } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";
import { reasonOf } from "../../systemError.ts";
import type { CommandContext } from "../command.ts";
import { givenText } from "../writing/givenText.ts";

type Given = Pick<CommandContext, "stdin" | "cwd">;

/** `-` is stdin. Pipes are read, too: a password manager may write to one. */
export const secretFile = async (
  given: Given,
  flag: string,
  file: string,
): Promise<Result<string, Problem>> => {
  if (file === "-") return givenText(given, "-");
  try {
    return ok(await readFile(resolve(given.cwd, file), "utf8"));
  } catch (cause) {
    return err(
      usage(
        "FileUnreadable",
        `The file of --${flag}, ${file}, cannot be read: ${reasonOf(cause)}.`,
        `name a file that can be read: --${flag} FILE`,
      ),
    );
  }
};

const lineLengthMax = 256;

/** The first line that comes; undefined: none did. */
export const lineOfStdin = async ({ stdin }: Pick<Given, "stdin">): Promise<string | undefined> => {
  let text = "";
  for await (const part of stdin) {
    text += part.toString();
    if (text.includes("\n") || text.length > lineLengthMax) break;
  }
  const [line = ""] = text.split("\n");
  return text === "" ? undefined : line.trim();
};
