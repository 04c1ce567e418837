/** Forgets entries, brings them back, or removes them for good. */
import type { EntryCalls, ForgottenJson } from "../api/entryCalls.ts";
import type { Exit } from "../exits.ts";
import { type Problem, usage } from "../problem.ts";
import type { Command, CommandContext } from "./command.ts";
import { textFlag } from "./givenFlags.ts";
import { givenText } from "./writing/givenText.ts";

type Asked = EntryCalls["forget"]["body"];

export const command: Command = {
  name: "forget",
  about: "forgets entries; 7 days to undo",
  arguments: [
    {
      name: "ID",
      isMany: true,
      isOptional: true,
      about: "of the entries; - reads ids from stdin",
    },
  ],
  flags: {
    undo: { kind: "boolean", about: "brings them back, within 7 days", opposite: "purge" },
    purge: { kind: "boolean", about: "removes them for good, at once; asks", opposite: "undo" },
    device: {
      kind: "text",
      value: "DEVICE",
      about: "in place of ids: all that this device forgot",
    },
    since: {
      kind: "text",
      value: "TIME",
      about: "with --device: since then, as 2026-11-03T12:00Z or 2h",
    },
  },
  examples: [
    ["duro forget ID", "out of sight on every machine; older versions go with it"],
    ["duro forget --undo ID", "within 7 days, with all that was changed meanwhile"],
    ["duro forget --undo --device DEVICE --since 2h", "after a machine went wild"],
    ["duro forget --purge ID", "gone for good"],
  ],
  notes: [
    "More than 50 entries at once, or more than two that are more than a fifth of all, want --yes or the count typed at the terminal.",
  ],
  run: async (context) => {
    const { args, flags, out, isAgreed } = context;
    const given = args.length === 1 && args[0] === "-" ? await givenText(context, "-") : undefined;
    if (given?.ok === false) return out.problem(given.error);
    const ids = given === undefined ? args : given.value.split(/\s+/u).filter((id) => id !== "");
    const how = flags["undo"] === true ? "undo" : flags["purge"] === true ? "purge" : "forget";
    const device = textFlag(flags, "device");
    const since = textFlag(flags, "since");
    const wrong = misuse({ ids, how, device, since });
    if (wrong !== undefined) return out.problem(wrong);
    const by = device === undefined || since === undefined ? undefined : { device, since };
    return forget(context, { ids, how, by, isAgreed });
  },
};

interface Given extends Pick<Asked, "how" | "ids"> {
  readonly device: string | undefined;
  readonly since: string | undefined;
}

const misuse = ({ ids, how, device, since }: Given): Problem | undefined => {
  const refused = (message: string): Problem => usage("UsageError", message, "duro help forget");
  if (device === undefined && since === undefined)
    return ids.length === 0 ? refused("Which entries? No id was given.") : undefined;
  if (how === "forget") return refused("--device and --since go with --undo or --purge.");
  if (device === undefined || since === undefined)
    return refused("--device and --since go together.");
  return ids.length > 0 ? refused("Either ids, or --device with --since.") : undefined;
};

const forget = async (context: CommandContext, asked: Asked): Promise<Exit> => {
  const { api, out, canAsk } = context;
  const answer = await api.call("forget", asked);
  if (answer.ok) return out.result(answer.value, () => textOf(asked.how, answer.value));
  const isQuestion = ["MassDeletion", "PurgeNotAgreed"].includes(answer.error.code);
  if (!isQuestion || !canAsk || asked.isAgreed === true) return out.problem(answer.error);
  const count = asked.by === undefined ? `${new Set(asked.ids).size}` : "yes";
  out.say(answer.error.message);
  const said = await out.ask(
    `To ${asked.how} ${count === "1" ? "it" : "all of them"}, type ${count}: `,
  );
  return said?.trim() === count
    ? forget(context, { ...asked, isAgreed: true })
    : out.problem(answer.error);
};

const textOf = (
  how: Asked["how"],
  { ids, also = [], undoUntil, copies }: ForgottenJson,
): string => {
  const what = `${ids.length === 1 ? ids[0] : `${ids.length} entries`}${also.length === 0 ? "" : ` and ${also.length} behind ${ids.length === 1 ? "it" : "them"} (older versions, duplicates)`}`;
  switch (how) {
    case "undo":
      return `Back: ${what}`;
    case "purge":
      return `Gone for good: ${what}\nCopies at the relay: ${copies?.relay ?? "unknown"}`;
    case "forget":
      return `Forgotten: ${what}\nUntil ${undoUntil ?? "a week from now"}: duro forget --undo ${ids.length <= 3 ? ids.join(" ") : "ID…"}`;
  }
};
