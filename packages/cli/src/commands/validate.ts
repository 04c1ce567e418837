/** Says how a decision turned out. */
import { usage } from "../problem.ts";
import type { Command } from "./command.ts";
import { textFlag } from "./givenFlags.ts";
import { agentFlag } from "./writing/flags.ts";
import { printWritten } from "./writing/printWritten.ts";

export const command: Command = {
  name: "validate",
  about: "says how a decision turned out",
  arguments: [{ name: "ID", about: "of a decision" }],
  flags: {
    status: {
      kind: "text",
      choices: ["validated", "partial", "reversed", "superseded"],
      about: "how it turned out",
    },
    actual: { kind: "text", value: "TEXT", about: "what came of it" },
    evidence: {
      kind: "text",
      value: "TEXT",
      about: "what shows it: an address, test:NAME, commit:HASH, or words",
    },
    agent: agentFlag,
  },
  examples: [
    ['duro validate ID --status validated --actual "no set-up for a year"', "it held"],
    ["duro validate ID --status reversed --evidence commit:1a2b3c4", "it was taken back"],
  ],
  notes: [
    "Two machines that say different things without knowing of each other make the decision contested; the next validate, on a machine that has both, settles it.",
  ],
  run: async (context) => {
    const { api, args, flags, out } = context;
    const status = textFlag(flags, "status");
    if (status === undefined)
      return out.problem(
        usage(
          "StatusMissing",
          "It was not said how the decision turned out: --status is missing.",
          "duro validate ID --status validated, or partial, reversed, superseded",
        ),
      );
    const answer = await api.call("validate", {
      id: args[0] ?? "",
      status,
      actual: textFlag(flags, "actual"),
      evidence: textFlag(flags, "evidence"),
      agent: textFlag(flags, "agent"),
    });
    if (answer.ok && answer.value.settles !== undefined)
      out.say(`This settles ${answer.value.settles.length} verdicts that said otherwise.`);
    return printWritten(context, answer, (one) => `${one.id} ${one.status}`);
  },
};
