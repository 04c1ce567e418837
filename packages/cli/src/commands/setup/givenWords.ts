/** The 24 words: from a file or a person. They never stand on the line, where others could read them. */
import { Exit } from "../../exits.ts";
import { headInSheet, wordsInSheet } from "../../daemon/setup/sheet.ts";
import type { Problem } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";
import type { CommandContext, Flag } from "../command.ts";
import { secretFile } from "./givenSecret.ts";

export const phraseFileFlag: Flag = {
  kind: "text",
  value: "FILE",
  about: "has the 24 words, on its first line or alone in it; - is stdin",
};

export interface GivenWords {
  readonly words: string;
  readonly head: string | undefined;
}

export const givenWords = async (
  context: CommandContext,
  question: string,
): Promise<Result<GivenWords, Problem>> => {
  const { flags, out, canAsk } = context;
  const file = flags["phrase-file"];
  if (typeof file === "string") {
    const text = await secretFile(context, "phrase-file", file);
    if (!text.ok) return text;
    return ok({ words: wordsInSheet(text.value), head: headInSheet(text.value) });
  }
  const typed = canAsk ? await out.askSecret(`${question} (they are not shown): `) : undefined;
  return typed === undefined ? err(noWords) : ok({ words: typed, head: undefined });
};

const noWords: Problem = {
  code: "WordsMissing",
  exit: Exit.Usage,
  message: "The 24 words are needed, and nobody can be asked for them here.",
  next: "run it again with --phrase-file FILE, or at a terminal",
};
