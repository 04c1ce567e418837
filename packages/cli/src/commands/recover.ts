/** The way back with the 24 words, when no machine is left. */
import type { DeviceJson, SetupTalks } from "../api/setupCalls.ts";
import { counted } from "../counted.ts";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Command, CommandContext } from "./command.ts";
import { saidYes } from "./saidYes.ts";
import { givenWords, phraseFileFlag } from "./setup/givenWords.ts";
import { nameFlag, ownCard } from "./setup/ownCard.ts";
import { textFlag } from "./givenFlags.ts";

export const command: Command = {
  name: "recover",
  about: "back in with the 24 words, when no machine is left",
  arguments: [],
  flags: {
    server: { kind: "text", value: "URL", about: "the relay that your machines used" },
    "phrase-file": phraseFileFlag,
    "dry-run": {
      kind: "boolean",
      about: "only looks whether the words open it; nothing is written, here or there",
    },
    name: nameFlag,
  },
  examples: [
    ["duro recover --server URL --phrase-file words.txt", "everything comes back"],
    ["duro recover --server URL --dry-run", "asks for the words, and changes nothing"],
  ],
  notes: ["Wrong words end with 10 and change nothing. Words never stand on the command line."],
  run: async (context) => {
    const { api, out, flags } = context;
    const server = textFlag(flags, "server");
    if (server === undefined) return out.problem(needsServer);
    const given = await givenWords(context, "Your 24 recovery words");
    if (!given.ok) return out.problem(given.error);
    const { words, head } = given.value;
    const isDryRun = flags["dry-run"] === true;
    const body = { server, words, head, isDryRun, card: ownCard(flags) };
    const progress = out.progress("Fetching what is there");
    const answer = await api.talk("recover", body, async (line) => {
      if (line.step === "devices") return { yes: await goOn(context, line.devices) };
      progress.update(line.entries, undefined);
      return undefined;
    });
    progress.done();
    if (!answer.ok) return out.problem(answer.error);
    return out.result(answer.value, () => doneText(answer.value, isDryRun));
  },
};

const goOn = async (
  { out, canAsk, isAgreed }: CommandContext,
  devices: readonly DeviceJson[],
): Promise<boolean> => {
  if (!canAsk || isAgreed) return true;
  const active = devices.filter(({ revoked, scope }) => !revoked && scope !== "paper");
  out.say(
    [
      `The words are right. ${counted(active.length, "device is", "devices are")} in this memory now:`,
      ...active.map(({ id, scope }) => `  ${id}  ${scope === "viewer" ? "reads" : "full"}`),
      "Those that were lost or stolen you can remove afterwards: duro device revoke ID",
    ].join("\n"),
  );
  const typed = await out.ask("Let this machine in? [y/N] ");
  return saidYes(typed);
};

type Answer = SetupTalks["recover"]["answer"];

const doneText = ({ restored, devices, newest, vault }: Answer, isDryRun: boolean): string => {
  const entries = `${counted(restored, "entry", "entries")}${newest === null ? "" : `, the newest of ${newest}`}`;
  const others = counted(devices, "device");
  if (isDryRun)
    return `These words open vault ${vault}: ${entries}, on ${others}.\nNothing was written, here or at the relay.`;
  return [
    `Back: ${entries}`,
    `Vault   ${vault}, with ${others}`,
    "",
    "Next    duro device list, and duro device revoke ID for what was lost or stolen",
  ].join("\n");
};

const needsServer: Problem = {
  code: "ServerMissing",
  exit: Exit.Usage,
  message: "What comes back comes from a relay, and none was named.",
  next: "duro recover --server URL --phrase-file FILE",
};
