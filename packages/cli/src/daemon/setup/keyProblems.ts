/** What can be wrong with words, seeds and stores, in sentences. A word never stands in one. */
import type { CommitError, PhraseError, PhraseRefused } from "@duro/client";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { notStored } from "../notStored.ts";

const wrongWords = (code: string, message: string, next: string): Problem => ({
  code,
  exit: Exit.WrongKey,
  message: `${message} Nothing was changed.`,
  next,
});

export const wordsRevoked = wrongWords(
  "PhraseRevoked",
  "These words were replaced by newer ones, and open nothing any more.",
  "look for the newer sheet; where a machine still works: duro key new-phrase",
);

export const wordsProblem = (error: PhraseError | PhraseRefused): Problem => {
  switch (error.type) {
    case "PhraseWordCount":
      return wrongWords(
        error.type,
        `There are ${error.got} words, and a sheet has ${error.expected}: some may be missing, or the file was cut off.`,
        "type all words in their order, or name the whole file",
      );
    case "PhraseWordUnknown":
      return wrongWords(
        error.type,
        `Word ${error.at} is none of the words that a sheet is made of: look for a slip in its spelling.`,
        `compare word ${error.at} with the sheet`,
      );
    case "PhraseChecksum":
      return wrongWords(
        error.type,
        "Each word exists, and together they are no recovery words: one is another than on the sheet, or two are swapped.",
        "compare every word with the sheet",
      );
    case "PhraseOtherIdentity":
      return wrongWords(
        error.type,
        "These are recovery words, and not of this memory.",
        "look for the sheet of this memory; duro key show says which one is meant",
      );
    case "PhraseRevoked":
      return wordsRevoked;
    case "PhraseOpensNothing":
      return wrongWords(
        error.type,
        "These words belong to this memory, and the key that was sealed for them does not open: a device sealed it wrongly.",
        "where a machine still works: duro key new-phrase",
      );
  }
};

/** The relay knows a sheet as it knows any device. */
export const wordsUnknown = (url: string): Problem =>
  wrongWords(
    "WordsUnknown",
    `The relay at ${url} knows nobody with these words: they belong to another relay, or to a memory that never left its machine.`,
    "check the address, and that this is the right sheet",
  );

export const seedProblem = (error: {
  readonly type: string;
  readonly why?: string;
  readonly code?: string;
}): Problem => ({
  code: error.type,
  exit: Exit.IntegrityFailure,
  message: `The key file of this device was not taken: ${error.why ?? error.code ?? "another one was put there at this moment"}.`,
  next: "duro doctor",
});

/** Somebody removed it while the daemon had this machine's memory open. */
export const seedGone = seedProblem({ type: "SeedGone", why: "it is not there any more" });

export const storeProblem = (error: CommitError): Problem =>
  notStored(error.type, "code" in error ? error.code : error.type);
