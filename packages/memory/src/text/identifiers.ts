/**
 * Words inside of words: `snake_case`, `camelCase`, `src/sync/outbox.ts`. An index that knows letters and
 * digits only would find none of them by half.
 */

const wordPattern = /[\p{L}\p{N}_$]+(?:[-./\\:@][\p{L}\p{N}_$]+)*/gu;
const separators = /[-_./\\:@$]+/u;

/** `parseHTTPResponse2` → parse, HTTP, Response, 2 */
const humps = (word: string): readonly string[] =>
  word.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}|\p{N}+|[^\p{Lu}\p{Ll}\p{N}]+/gu) ?? [];

/** As NFKC spells it: a sign that stands for several, a space among them, is several before words are told apart. */
const wordsIn = (text: string): readonly string[] =>
  text.normalize("NFKC").match(wordPattern) ?? [];

/** The words of one identifier, lowercase. */
const partsOf = (word: string): readonly string[] =>
  word
    .split(separators)
    .flatMap(humps)
    .map((part) => part.toLowerCase());

/**
 * What identifiers in a text add to its plain words: their parts, of one sign too, since a search for the
 * identifier asks for each of them; and each written as one word.
 */
export const identifierParts = (text: string): readonly string[] => {
  const found = new Set<string>();
  for (const word of wordsIn(text)) {
    const parts = partsOf(word);
    if (parts.length < 2) continue;
    for (const part of parts) found.add(part);
    for (const piece of word.split(/[-./\\:@]+/u))
      found.add(piece.replaceAll(/[_$]/gu, "").toLowerCase());
  }
  found.delete("");
  return [...found];
};

/** Of what a person typed: every word, and identifiers by their parts. */
export const searchTerms = (query: string): readonly string[] => {
  const terms = new Set<string>();
  for (const word of wordsIn(query)) for (const part of partsOf(word)) terms.add(part);
  return [...terms];
};
