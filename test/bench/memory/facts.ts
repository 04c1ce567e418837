/** Facts as people write them: few words that are everywhere, many that are nearly nowhere. Always the same. */

const syllables = [
  "ba",
  "co",
  "di",
  "fu",
  "ge",
  "ho",
  "ki",
  "lo",
  "mu",
  "ne",
  "pa",
  "ri",
  "so",
  "tu",
  "ve",
  "za",
];
const wordCount = 4_096;

const wordAt = (rank: number): string =>
  [rank >> 8, rank >> 4, rank].map((number) => syllables[number % syllables.length] ?? "").join("");

/** xorshift32 (Marsaglia). */
const numbersFrom = (seed: number) => {
  let state = seed | 1;
  return (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

/** The word of rank r about 1/r as often as the first, as in any language (Zipf). */
const rankOf = (number: number): number => Math.floor(wordCount ** number) - 1;

export interface BenchFact {
  readonly claim: string;
  readonly tags: readonly string[];
  readonly snippet: string;
}

const claimWordCount = 14;
const snippetWordCount = 20;

export const createFacts = (count: number): readonly BenchFact[] => {
  const next = numbersFrom(20_261_121);
  const words = (length: number): readonly string[] =>
    Array.from({ length }, () => wordAt(rankOf(next())));
  return Array.from({ length: count }, (_, at) => {
    const [first = "", second = "", ...rest] = words(claimWordCount);
    const upper = second.charAt(0).toUpperCase() + second.slice(1);
    return {
      claim: `service ${at} calls ${first}${upper} before ${rest.join(" ")}`,
      tags: [`area-${at % 40}`, `team-${at % 9}`],
      snippet: words(snippetWordCount).join(" "),
    };
  });
};

/** From a word that one fact has to one that all have. */
export const questions: readonly (readonly [what: string, words: string])[] = [
  ["one fact's number", "4711"],
  ["a rare word", wordAt(3_000)],
  ["a word of some hundreds", wordAt(90)],
  ["two of those", `${wordAt(40)} ${wordAt(60)}`],
  ["a word of half of them", wordAt(0)],
  ["a word of all of them", "service"],
  ["three words, two of all", `service calls ${wordAt(20)}`],
];
