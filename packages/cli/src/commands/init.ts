/** The first run, and its repair: says what it found and what would leave this machine, then sets it up. */
import type { SetupTalks } from "../api/setupCalls.ts";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { Command, CommandContext } from "./command.ts";
import { saidYes } from "./saidYes.ts";
import { secretFile } from "./setup/givenSecret.ts";
import { createWordsKeeper } from "./setup/keepWords.ts";
import { foundText, lookAround } from "./setup/lookAround.ts";
import { nameFlag, ownCard } from "./setup/ownCard.ts";
import { readSheet, recoveryOutFlag } from "./setup/recoveryFile.ts";
import { textFlag } from "./givenFlags.ts";

type Wish = SetupTalks["init"]["body"];

export const command: Command = {
  name: "init",
  about: "sets this machine up: identity, vault, recovery words",
  arguments: [],
  flags: {
    server: { kind: "text", value: "URL", about: "the relay that keeps your machines in step" },
    "local-only": {
      kind: "boolean",
      about: "everything stays on this machine; a relay may come later",
      opposite: "server",
    },
    "recovery-out": recoveryOutFlag,
    "invite-file": {
      kind: "text",
      value: "FILE",
      about: "has the invite that the relay asks of new people",
    },
    name: nameFlag,
  },
  examples: [
    ["duro init --server https://relay.example.com", "asks, shows the words once"],
    ["duro init --local-only", "no relay, no account"],
    [
      "duro init --no-input --server URL --recovery-out words.txt",
      "for a script: nobody is asked; the words go to a new file",
    ],
  ],
  notes: [
    "Run again it changes nothing, mends what an interruption left, and links a local memory with --server.",
  ],
  run: async (context) => {
    const { out, api } = context;
    const ping = await api.call("ping", {});
    if (!ping.ok) return out.problem(ping.error);
    const wish = await readWish(context, ping.value.isSetUp);
    if (!wish.ok) return out.problem(wish.error);
    return setUp(context, wish.value, ping.value.isSetUp);
  },
};

const readWish = async (
  context: CommandContext,
  isSetUp: boolean,
): Promise<Result<Wish, Problem>> => {
  const { flags, canAsk, cwd } = context;
  const out = textFlag(flags, "recovery-out");
  if (!isSetUp && !canAsk && out === undefined) return err(needsRecoveryOut);
  if (!isSetUp) await tellFound(context);
  const server = textFlag(flags, "server") ?? (isSetUp ? undefined : await askServer(context));
  const isLocal = flags["local-only"] === true || (server === "" && canAsk);
  if (!isSetUp && !isLocal && (server === undefined || server === "")) return err(needsServer);
  if (!isSetUp) tellLeaving(context, isLocal ? undefined : server);
  const inviteFile = textFlag(flags, "invite-file");
  const invite =
    inviteFile === undefined ? ok(undefined) : await secretFile(context, "invite-file", inviteFile);
  if (!invite.ok) return invite;
  const sheet = isSetUp || out === undefined ? ok(undefined) : await readSheet(cwd, out);
  if (!sheet.ok) return sheet;
  return ok({
    ...(server === undefined || server === "" ? {} : { server }),
    ...(invite.value === undefined ? {} : { invite: inviteIn(invite.value) }),
    ...(sheet.value === undefined ? {} : { sheet: sheet.value }),
    isLocal,
    card: ownCard(flags),
  });
};

/** Alone in its file, or in what `duro-relay admin invite --json` printed. */
const inviteIn = (text: string): string => /[0-9a-f]{32}/u.exec(text)?.[0] ?? text.trim();

const tellFound = async ({ out, env, places }: CommandContext): Promise<void> => {
  for (const folder of await lookAround(env["HOME"] ?? env["USERPROFILE"]))
    out.say(foundText(folder));
  out.say(`Memory  ${places.dataFolder}, made now`);
};

const tellLeaving = ({ out }: CommandContext, server: string | undefined): void =>
  out.say(
    server === undefined
      ? "Leaves  nothing: there is no relay, and no account"
      : `Leaves  to ${server}: what you remember, sealed on this machine with keys that never leave it.\n        The relay sees that this device is there, when it writes and how much; no text, no tag, no name.`,
  );

/** Empty: this machine only. */
const askServer = async ({ flags, canAsk, out }: CommandContext): Promise<string | undefined> => {
  if (flags["local-only"] === true || !canAsk) return undefined;
  const typed = await out.ask("Address of your relay (Enter: keep everything on this machine): ");
  return typed?.trim();
};

const setUp = async (context: CommandContext, wish: Wish, isSetUp: boolean): Promise<Exit> => {
  const { api, out, canAsk, isAgreed, flags } = context;
  const keeper = createWordsKeeper(context, textFlag(flags, "recovery-out"));
  const answer = await api.talk("init", wish, async (line) => {
    switch (line.step) {
      case "relay":
        out.say(`Relay   ${line.url} answers${skewText(line.skewMs)}`);
        return undefined;
      case "offline": {
        out.say(out.style.warn(line.why));
        if (!canAsk || isAgreed) return { yes: true };
        const typed = await out.ask("Go on without it? It is linked by itself later. [y/N] ");
        return { yes: saidYes(typed) };
      }
      case "words":
        return keeper.keep(line);
    }
  });
  if (!answer.ok) return out.problem(keeper.problem ?? answer.error);
  return out.result(answer.value, () => doneText(answer.value, isSetUp));
};

const largeSkewMs = 2_000;

const skewText = (skewMs: number | null): string =>
  skewMs === null || Math.abs(skewMs) < largeSkewMs
    ? ""
    : `; its clock is ${(Math.abs(skewMs) / 1000).toFixed(0)} s ${skewMs > 0 ? "ahead of" : "behind"} this one`;

const doneText = (
  { vault, device, server }: { vault: string; device: string; server: string | null },
  wasSetUp: boolean,
): string =>
  [
    wasSetUp ? "This machine is set up." : "Done: this machine has a memory.",
    `Vault   ${vault}`,
    `Device  ${device}`,
    `Relay   ${server ?? "none: everything stays on this machine"}`,
    "",
    'Try     duro remember "the tests need port 5432"',
    ...(server === null
      ? ["Later   duro init --server URL links this memory with a relay"]
      : [`Second  on another machine: duro join --server ${server}`]),
  ].join("\n");

const needsRecoveryOut: Problem = {
  code: "RecoveryOutMissing",
  exit: Exit.Usage,
  message:
    "The 24 recovery words must reach somebody, and nobody can be asked here: they go to a new file.",
  next: "duro init --no-input --recovery-out FILE, with --server URL or --local-only",
};

const needsServer: Problem = {
  code: "ServerMissing",
  exit: Exit.Usage,
  message:
    "It was not said whether your memory is kept in step by a relay, or stays on this machine.",
  next: "duro init --server URL, or duro init --local-only",
};
