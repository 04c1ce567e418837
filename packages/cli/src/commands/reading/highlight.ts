/** Where the words of a question begin a word of a text. */

/** As the index parts words, roughly: what is missed is only not bold. */
const wordsOf = (query: string): readonly string[] =>
  [...query.matchAll(/\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+|[\p{L}\p{M}]+/gu)].map(([word]) => word);

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`);

export const highlighter = (
  query: string,
  paint: (text: string) => string,
): ((text: string) => string) => {
  const words = [...new Set([...query.split(/\s+/u), ...wordsOf(query)])].filter(
    (word) => word.length > 1,
  );
  if (words.length === 0 || paint("x") === "x") return (text) => text;
  const longestFirst = words.toSorted((a, b) => b.length - a.length).map(escaped);
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${longestFirst.join("|")})`, "giu");
  return (text) => text.replaceAll(pattern, paint);
};
