/** Other recovery words in place of the old ones, which end. */
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Command } from "./command.ts";
import { givenWords, phraseFileFlag } from "./setup/givenWords.ts";
import { createWordsKeeper } from "./setup/keepWords.ts";
import { readSheet, recoveryOutFlag } from "./setup/recoveryFile.ts";
import { textFlag } from "./givenFlags.ts";

export const command: Command = {
  name: "key new-phrase",
  about: "makes new recovery words; the old ones end",
  arguments: [],
  flags: { "phrase-file": phraseFileFlag, "recovery-out": recoveryOutFlag },
  examples: [
    ["duro key new-phrase", "asks for the old words, shows the new ones once"],
    ["duro key new-phrase --phrase-file old.txt --recovery-out new.txt", "for a script"],
  ],
  notes: [
    "The old words sign their own end: whoever stole a machine cannot take your paper's power.",
  ],
  run: async (context) => {
    const { api, out, canAsk, cwd, flags } = context;
    const file = textFlag(flags, "recovery-out");
    if (file === undefined && !canAsk) return out.problem(needsFile);
    const sheet = file === undefined ? undefined : await readSheet(cwd, file);
    if (sheet?.ok === false) return out.problem(sheet.error);
    if (sheet?.ok === true && sheet.value !== undefined) return out.problem(fileThere);
    const given = await givenWords(context, "The 24 words that you have now");
    if (!given.ok) return out.problem(given.error);
    const keeper = createWordsKeeper(context, file);
    const answer = await api.talk("newPhrase", { words: given.value.words }, keeper.keep);
    if (!answer.ok) return out.problem(keeper.problem ?? answer.error);
    return out.result(
      answer.value,
      () => "Done: the new words bring this memory back, and the old ones open nothing any more.",
    );
  },
};

const needsFile: Problem = {
  code: "RecoveryOutMissing",
  exit: Exit.Usage,
  message:
    "The new words must reach somebody, and nobody can be asked here: they go to a new file.",
  next: "duro key new-phrase --phrase-file OLD --recovery-out NEW",
};

const fileThere: Problem = {
  code: "RecoveryFileExists",
  exit: Exit.Usage,
  message:
    "The file for the new words is there already, and nothing is written over a file. Nothing was changed.",
  next: "name a file that does not exist; duro key verify --phrase-file FILE says whether the words in it count",
};
