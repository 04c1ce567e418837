/** Lets another machine in, after a person has found the number that it shows. */
import type { Command } from "./command.ts";
import { cardText } from "./setup/cardText.ts";
import { deviceLabel } from "./setup/deviceLabel.ts";
import { pickNumber } from "./setup/pickNumber.ts";

export const command: Command = {
  name: "approve",
  about: "lets another machine in, by the code that it shows",
  arguments: [{ name: "CODE", about: "as duro join shows it on the other machine" }],
  flags: {},
  examples: [
    ["duro approve 7K3M-…", "shows what asks, then four numbers: one is on its screen"],
    ["echo 123456 | duro approve CODE --no-input", "for a script: the number is read as a line"],
  ],
  notes: ["A wrong number burns the code on both sides, and nobody is let in."],
  run: async (context) => {
    const { api, out, args } = context;
    const answer = await api.talk("approve", { code: args[0] ?? "" }, async (line) => {
      out.result({ card: line.card }, () => cardText(line.card));
      return pickNumber(context, line.choices);
    });
    if (!answer.ok) return out.problem(answer.error);
    const { device, name } = answer.value;
    return out.result({ device }, () =>
      [
        `Let in: ${deviceLabel({ id: device, name })}`,
        `If that was a mistake: duro device revoke ${device}`,
      ].join("\n"),
    );
  },
};
