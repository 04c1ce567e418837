/** Gives the 24 words to the person: into a file, or on the terminal, where two of them are asked back. */
import type { WordsLine, YesReply } from "../../api/setupCalls.ts";
import type { Problem } from "../../problem.ts";
import type { CommandContext } from "../command.ts";
import { carriedWarning, writeSheet } from "./recoveryFile.ts";

export interface WordsKeeper {
  readonly keep: (line: WordsLine) => Promise<YesReply>;
  /** Why they could not be kept, where this side knows. */
  readonly problem: Problem | undefined;
}

export const createWordsKeeper = (
  context: CommandContext,
  file: string | undefined,
): WordsKeeper => {
  let problem: Problem | undefined;
  return {
    keep: async (line) => {
      if (file === undefined) return { yes: await showWords(context, line) };
      const warning = carriedWarning(context.cwd, file);
      if (warning !== undefined) context.out.say(context.out.style.warn(warning));
      const written = await writeSheet(context.cwd, file, line.sheet);
      if (written.ok)
        context.out.say(`Recovery words written to ${file}. Keep them off this machine.`);
      else problem = written.error;
      return { yes: written.ok };
    },
    get problem() {
      return problem;
    },
  };
};

const columnCount = 4;
const triesMax = 3;

const showWords = async ({ out }: CommandContext, line: WordsLine): Promise<boolean> => {
  const words = line.words.split(" ");
  const started = await out.ask(
    `${[
      "",
      "Your 24 recovery words. They are the only way back when every machine is lost, and nobody else",
      "has them. Write them down on paper now; they are not shown again.",
      "",
      ...rowsOf(words),
      "",
    ].join("\n")}\nPress Enter when they are on paper. `,
  );
  if (started === undefined) return false;
  for (const at of line.asked) {
    const isRight = await askWord(out, at, words[at - 1] ?? "");
    if (!isRight) return false;
  }
  return true;
};

const rowsOf = (words: readonly string[]): readonly string[] => {
  const rowCount = Math.ceil(words.length / columnCount);
  const width = Math.max(...words.map(({ length }) => length));
  return Array.from({ length: rowCount }, (_, row) =>
    Array.from({ length: columnCount }, (_unused, column) => column * rowCount + row)
      .map((at) => `${`${at + 1}`.padStart(4)}  ${(words[at] ?? "").padEnd(width)}`)
      .join("  ")
      .trimEnd(),
  );
};

const askWord = async (out: CommandContext["out"], at: number, word: string): Promise<boolean> => {
  for (let left = triesMax; left > 0; left -= 1) {
    const typed = await out.ask(`Word ${at}: `);
    if (typed === undefined) return false;
    if (typed.trim().toLowerCase() === word) return true;
    if (left > 1) out.say(`That is not word ${at}. Look at your paper.`);
  }
  return false;
};
