/** The drill: whether the 24 words at hand would bring this memory back. */
import type { Command } from "./command.ts";
import { givenWords, phraseFileFlag } from "./setup/givenWords.ts";

export const command: Command = {
  name: "key verify",
  about: "checks that your 24 words are the right ones",
  arguments: [],
  flags: { "phrase-file": phraseFileFlag },
  examples: [
    ["duro key verify", "type them from your paper; nothing is changed or sent"],
    ["duro key verify --phrase-file words.txt", "exit code 10 where they open nothing"],
  ],
  run: async (context) => {
    const { api, out } = context;
    const given = await givenWords(context, "Your 24 recovery words");
    if (!given.ok) return out.problem(given.error);
    const answer = await api.call("tryWords", { words: given.value.words });
    if (!answer.ok) return out.problem(answer.error);
    return out.result(answer.value, () => "Right: these words bring this memory back.");
  },
};
