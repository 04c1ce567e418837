/** What is never typed on the line: from a file, a pipe, stdin, or a person at a terminal. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { type Problem, usage } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";
import { reasonOf } from "../../systemError.ts";
import type { CommandContext } from "../command.ts";
import { givenText } from "../writing/givenText.ts";

type Given = Pick<CommandContext, "stdin" | "cwd">;

/** Of 64 KiB. A sheet of words has one; what goes on without end, as /dev/zero, is not read for ever. */
const lastByte = 65_535;

/** `-` is stdin. Pipes are read, too: a password manager may write to one. */
export const secretFile = async (
  given: Given,
  flag: string,
  file: string,
): Promise<Result<string, Problem>> => {
  if (file === "-") return givenText(given, "-");
  try {
    let text = "";
    const bytes = createReadStream(resolve(given.cwd, file), { encoding: "utf8", end: lastByte });
    for await (const part of bytes) text += String(part);
    return ok(text);
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
