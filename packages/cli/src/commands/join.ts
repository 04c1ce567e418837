/** Brings this machine into a memory that another one has. */
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Command } from "./command.ts";
import { nameFlag, ownCard } from "./setup/ownCard.ts";
import { wordsText } from "./setup/wordsText.ts";
import { textFlag } from "./givenFlags.ts";

export const command: Command = {
  name: "join",
  about: "brings this machine into your memory, with a machine that is in it",
  arguments: [],
  flags: {
    server: { kind: "text", value: "URL", about: "the relay that your other machines use" },
    name: nameFlag,
  },
  examples: [
    ["duro join --server https://relay.example.com", "shows a code, and waits up to ten minutes"],
  ],
  notes: [
    "It makes no identity and no vault: those come from the machine that lets this one in.",
    "When no other machine is left: duro recover.",
  ],
  run: async ({ api, out, flags }) => {
    const server = textFlag(flags, "server");
    if (server === undefined) return out.problem(needsServer);
    const progress = out.progress("Fetching what is there");
    const answer = await api.talk("join", { server, card: ownCard(flags) }, async (line) => {
      if ("code" in line) out.result({ code: line.code }, () => codeText(line.code));
      else if ("check" in line) out.result({ check: line.check }, () => checkText(line.check));
      else progress.update(line.entries, undefined);
      return undefined;
    });
    progress.done();
    if (!answer.ok) return out.problem(answer.error);
    const { vault, device, fingerprint } = answer.value;
    return out.result(answer.value, () =>
      [
        "Done: this machine is in.",
        `Vault   ${vault}`,
        `Device  ${device}`,
        ...wordsText(fingerprint),
        "",
        "The same words by duro fingerprint on the other machine mean: both see one memory.",
      ].join("\n"),
    );
  },
};

const codeText = (code: string): string =>
  `Code    ${code}   (for ten minutes, and one try)\nOn a machine that is in already:\n        duro approve ${code}`;

const checkText = (check: string): string =>
  `Number  ${check}\nFind this number on the other machine. If it is not there, choose none: somebody stands between.`;

const needsServer: Problem = {
  code: "ServerMissing",
  exit: Exit.Usage,
  message: "Two machines meet at a relay, and none was named.",
  next: "duro join --server URL; duro status on your other machine says which",
};
