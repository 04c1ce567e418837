/** Finds the number that the other machine shows: a person picks it, a script reads it as a line. */
import type { NumberReply } from "../../api/setupCalls.ts";
import type { CommandContext } from "../command.ts";
import { lineOfStdin } from "./givenSecret.ts";

export const pickNumber = async (
  context: CommandContext,
  choices: readonly string[],
): Promise<NumberReply> => {
  const { canAsk, out } = context;
  if (!canAsk) return { number: (await lineOfStdin(context)) ?? "" };
  const rows = choices.map((number, at) => `  ${at + 1})  ${number}`).join("\n");
  const typed = await out.ask(
    `Which number does the new device show?\n${rows}\n  0)  none of these\nNumber: `,
  );
  return { number: chosen(choices, typed ?? "") };
};

/** The number, or its place in the list. Anything else is none of them. */
const chosen = (choices: readonly string[], typed: string): string => {
  const text = typed.trim();
  if (choices.includes(text)) return text;
  return /^\d$/u.test(text) ? (choices[Number(text) - 1] ?? "") : "";
};
