/** Thrown where a word, a flag or a variable is read, and caught at the door of that reading only. */
export class BadUsage extends Error {
  override readonly name = "BadUsage";
  readonly next: string;

  constructor(message: string, next: string) {
    super(message);
    this.next = next;
  }
}

/** What somebody typed, so that they find it; short, and without what steers a terminal. */
export const quoted = (text: string): string => {
  const letters = Array.from(text);
  const shown =
    letters.length <= quotedLengthMax ? text : `${letters.slice(0, quotedLengthMax).join("")}…`;
  return JSON.stringify(shown);
};

const quotedLengthMax = 60;

/** The name that was most likely meant, if one is close. */
export const closestTo = (typed: string, names: Iterable<string>): string | undefined => {
  let best: string | undefined;
  let bestDistance = Math.ceil(Math.min(typed.length, typedLengthMax) / 3) + 1;
  for (const name of names) {
    const distance = editDistance(typed.slice(0, typedLengthMax), name);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
};

/** Longer than any name of ours, and short enough to compare at once. */
const typedLengthMax = 40;

/** How many letters must change (Levenshtein), row by row. */
const editDistance = (left: string, right: string): number => {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(left).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(right).entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      const removed = (above[column + 1] ?? 0) + 1;
      const added = (current[column] ?? 0) + 1;
      current.push(Math.min(replaced, removed, added));
    }
    above = current;
  }
  return above.at(-1) ?? 0;
};
