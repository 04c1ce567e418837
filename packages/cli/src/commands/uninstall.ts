import { removeData, type Removed } from "../service/removeData.ts";
import { thisService } from "../service/thisService.ts";
import { counted } from "../counted.ts";
import { Exit } from "../exits.ts";
import type { Command, CommandContext } from "./command.ts";
import { saidYes } from "./saidYes.ts";

export const command: Command = {
  name: "uninstall",
  about: "removes the service and the daemon, and the memory where you say so twice",
  arguments: [],
  flags: {
    purge: { kind: "boolean", about: "removes this machine's copy of the memory too" },
  },
  examples: [
    ["duro uninstall", "asks about the memory; without a terminal it stays"],
    ["duro uninstall --purge --yes", "removes everything without a question"],
  ],
  notes: [
    "The program itself goes with npm: npm uninstall --global duro. What the relay has, and what other machines have, stays.",
  ],
  startsDaemon: false,
  run: async (context) => {
    const { out, places, stopDaemon, canAsk, isAgreed, flags } = context;
    const wantsPurge = flags["purge"] === true;
    if (wantsPurge && !isAgreed && !canAsk) return out.problem(needsYes);
    const last = await lastWords(context);
    const isPurge = wantsPurge || !isAgreed ? await isPurgeMeant(context, wantsPurge, last) : false;
    const { service } = await thisService(context);
    const ended = await stopDaemon();
    if (!ended.ok) return out.problem(ended.error);
    const unserved = await service.uninstall();
    if (!unserved.ok) return out.problem(unserved.error);
    const removed = removeData(places, { isPurge });
    if (!removed.ok) return out.problem(removed.error);
    const all = [...unserved.value.files, ...removed.value.removed];
    return out.result({ removed: all, kept: removed.value.kept, purged: isPurge }, () =>
      doneText({ removed: all, kept: removed.value.kept }, { isPurge, last }),
    );
  },
};

const needsYes = {
  code: "UsageError",
  exit: Exit.Usage,
  message:
    "--purge removes this machine's memory, and there is nobody to ask whether that is meant.",
  next: "duro uninstall --purge --yes",
} as const;

/** What somebody has to know before the memory goes. */
interface LastWords {
  /** That others know. */
  readonly device: string | undefined;
  readonly warning: string;
}

const lastWords = async ({ api }: Pick<CommandContext, "api">): Promise<LastWords> => {
  const status = await api.call("status", {});
  if (!status.ok)
    return {
      device: undefined,
      warning: "Whether all of it has reached a relay is not known here: no daemon runs.",
    };
  const { server, pending, device } = status.value;
  if (server === null)
    return { device: undefined, warning: "There is no other copy: it has no relay." };
  const count = counted(pending, "change has", "changes have");
  return {
    device,
    warning: pending === 0 ? "The relay has all of it." : `${count} not reached the relay yet.`,
  };
};

const typedWord = "remove";

/** Twice, and the second time it has to be typed. */
const isPurgeMeant = async (
  { out, canAsk, isAgreed }: Pick<CommandContext, "canAsk" | "isAgreed" | "out">,
  wantsPurge: boolean,
  { warning }: LastWords,
): Promise<boolean> => {
  if (isAgreed) return wantsPurge;
  if (!canAsk) return false;
  if (!wantsPurge) {
    const first = await out.ask(`Remove this machine's copy of the memory too? ${warning} [y/N] `);
    if (!saidYes(first)) return false;
  }
  const second = await out.ask(
    `${wantsPurge ? `${warning} ` : ""}It cannot be brought back from here. Type ${typedWord} to go on: `,
  );
  return second?.trim() === typedWord;
};

const doneText = (
  { removed, kept }: Removed,
  { isPurge, last: { device } }: { readonly isPurge: boolean; readonly last: LastWords },
): string =>
  [
    firstLine(removed, isPurge),
    ...removed.map((path) => `  removed  ${path}`),
    ...kept.map((path) => `  stays    ${path}${isPurge ? ", with what is not Duro's" : ""}`),
    ...(isPurge || kept.length === 0
      ? []
      : [
          "The memory stays, and any duro command goes on with it; duro uninstall --purge removes it.",
        ]),
    ...(isPurge && device !== undefined
      ? [`Your other machines still list this one: duro device revoke ${device}, on one of them.`]
      : []),
    "The program itself goes with: npm uninstall --global duro",
    "What it compiled lies in the folder duro of your caches, and may be deleted at any time.",
  ].join("\n");

const firstLine = (removed: Removed["removed"], isPurge: boolean): string => {
  if (!isPurge) return "No daemon runs any more, and no service starts one.";
  return removed.length === 0 ? "Nothing of Duro was here." : "Duro is gone from this machine:";
};
