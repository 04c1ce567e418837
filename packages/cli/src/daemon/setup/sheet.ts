/**
 * The sheet with the 24 words, as text: the words on one line first, so that any tool can take them, then
 * what a person who finds it in ten years must know. Written and read here.
 */

export interface SheetFacts {
  readonly words: string;
  readonly user: string;
  readonly vault: string;
  readonly device: string;
  /** Of the machine that made it. */
  readonly name: string;
  readonly madeMs: number;
  /** Of the person's log: a relay that shows an older one lies. */
  readonly head: { readonly index: number; readonly id: string };
}

const headMark = "head of the log:";
export const wordCount = 24;

export const sheetText = ({ words, user, vault, device, name, madeMs, head }: SheetFacts): string =>
  [
    words,
    "",
    "These 24 words are the recovery words of a Duro memory. Whoever has them can read all of it,",
    "and nobody can bring it back without them or a machine that is in it. Keep them off your computers.",
    "",
    `vault:           ${vault}`,
    `user:            ${user}`,
    `made:            ${new Date(madeMs).toISOString().slice(0, 10)} on ${name === "" ? device : name}`,
    `${headMark} ${head.index} ${head.id}`,
    "",
    "Back in, on any machine with duro:  duro recover --server URL --phrase-file THIS-FILE",
    "",
  ].join("\n");

/** The first line where all words stand on it; otherwise all that there is, as somebody wrote it down. */
export const wordsInSheet = (text: string): string => {
  const first = text.split("\n").find((line) => line.trim() !== "") ?? "";
  return first.trim().split(/\s+/u).length === wordCount ? first.trim() : text.trim();
};

/** "1 <hex>", where the sheet has it. */
export const headInSheet = (text: string): string | undefined =>
  text
    .split("\n")
    .find((line) => line.startsWith(headMark))
    ?.slice(headMark.length)
    .trim();
