/** The end of a command that has stored something. */
import type { WrittenJson } from "../../api/entryCalls.ts";
import type { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Result } from "../../result.ts";
import type { CommandContext } from "../command.ts";

export const printWritten = <T extends WrittenJson>(
  { out }: Pick<CommandContext, "out">,
  answer: Result<T, Problem>,
  text: (written: T) => string,
): Exit => {
  if (!answer.ok) return out.problem(answer.error);
  for (const warning of answer.value.warnings ?? []) out.say(out.style.warn(warning));
  return out.result(answer.value, () => text(answer.value));
};
