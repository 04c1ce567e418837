/** Thrown where a flag or variable is read, and caught by `parseConfig` only. */
export class BadUsage extends Error {
  override readonly name = "BadUsage";
}

/** What somebody typed, so that they find it; short, and without what steers a terminal. */
export const quoted = (text: string): string => JSON.stringify(text.slice(0, quotedLengthMax));

const quotedLengthMax = 60;

/** The name that was most likely meant, if one is close. */
export const closestTo = (typed: string, names: Iterable<string>): string | undefined => {
  let best: string | undefined;
  let bestDistance = Math.ceil(typed.length / 3) + 1;
  for (const name of names) {
    const distance = editDistance(typed, name);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
};

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
