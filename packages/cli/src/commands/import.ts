/** Brings in files: the older Duro's, and exports of this one. */
import path from "node:path";
import type { ImportedJson } from "../api/exchangeCalls.ts";
import { Exit } from "../exits.ts";
import { oneLine } from "../output/plainText.ts";
import type { Command } from "./command.ts";
import { projectFlag } from "./writing/flags.ts";
import { projectNamed } from "./writing/projectNamed.ts";

export const command: Command = {
  name: "import",
  about: "reads a folder or an export of Duro",
  arguments: [{ name: "PATH", about: "a folder as ~/.agent or ~/.duro, an export, or one file" }],
  flags: {
    project: { ...projectFlag, about: "where to put what says no project itself" },
  },
  examples: [
    ["duro import ~/.agent", "everything that the older Duro kept"],
    ["duro import ~/backup/duro-export", "a folder that duro export wrote"],
  ],
  notes: [
    "It can be run again: what is here already, or was forgotten here since, is not brought in twice.",
    "It ends with 3 where something could not be read; that is named, and the rest is here.",
  ],
  run: async (context) => {
    const { api, args, cwd, flags, out } = context;
    const project = await projectNamed(flags["project"], context);
    if (!project.ok) return out.problem(project.error);
    const progress = out.progress("Importing");
    const body = { path: path.resolve(cwd, args[0] ?? ""), project: project.value };
    const answer = await api.talk("import", body, ({ done, total }) => {
      progress.update(done, total);
      return Promise.resolve(undefined);
    });
    progress.done();
    if (!answer.ok) return out.problem(answer.error);
    const { skipped } = answer.value;
    for (const { what, why, field } of skipped.slice(0, skippedShownMax))
      out.say(
        `left out: ${oneLine(what)} (${reasons[why] ?? why}${field === undefined ? "" : `: ${field}`})`,
      );
    if (skipped.length > skippedShownMax)
      out.say(`and ${skipped.length - skippedShownMax} more; --json names them all`);
    const exit = out.result(answer.value, () => summary(answer.value));
    return skipped.length > 0 ? Exit.SomeSkipped : exit;
  },
};

/** More scrolls away what matters. */
const skippedShownMax = 20;

const summary = ({ imported, present, skipped }: ImportedJson): string =>
  [
    `${imported} imported`,
    `${present} here already`,
    ...(skipped.length === 0 ? [] : [`${skipped.length} left out`]),
  ].join(", ");

const reasons: Readonly<Record<string, string>> = {
  NoFile: "no plain file",
  NoJson: "no JSON",
  NotText: "not UTF-8",
  NoTime: "without a time",
  NotKept: "a kind that has no place here",
  Symlink: "a link that leads out of the folder",
  TargetUnknown: "says something of an entry that is not there",
  TooLarge: "too large",
  TypeUnknown: "of no known kind",
  Unreadable: "cannot be read",
  WrongField: "a field is missing or wrong",
};
