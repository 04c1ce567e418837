/** Writes everything out, readable. */
import path from "node:path";
import type { ExportFormat } from "../api/exchangeCalls.ts";
import type { Command } from "./command.ts";
import { textFlag } from "./givenFlags.ts";

export const command: Command = {
  name: "export",
  about: "writes everything out, readable",
  arguments: [],
  flags: {
    format: {
      kind: "text",
      choices: ["json", "md"],
      about: "JSON, or pages for people; a folder gets both where nothing is said",
    },
    to: { kind: "text", value: "DIR", about: "a folder; without it, to stdout" },
  },
  examples: [
    ["duro export --to ~/duro-export", "pages, skills and memory.json"],
    ["duro export > memory.json", "all of it as one file, which duro import reads"],
    ["duro export --format md | less", "to read"],
  ],
  notes: [
    "Equal memories give equal bytes: no time of the export and no path of a machine is in it.",
    "What is written is not sealed: whoever can read the files can read the memory.",
  ],
  run: async ({ api, cwd, flags, isJson, out }) => {
    const to = textFlag(flags, "to");
    const format = formatOf(textFlag(flags, "format"));
    const texts: string[] = [];
    const progress = out.progress("Exporting");
    const body = { format, to: to === undefined ? undefined : path.resolve(cwd, to) };
    const answer = await api.talk("export", body, async (line) => {
      if (!("text" in line)) progress.update(line.done, line.total);
      else if (isJson) texts.push(line.text);
      else await out.raw(line.text);
      return undefined;
    });
    progress.done();
    if (!answer.ok) return out.problem(answer.error);
    const { counts, files } = answer.value;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (to !== undefined)
      return out.result(
        answer.value,
        () => `${total} entries and events in ${files?.length ?? 0} files: ${to}`,
      );
    const text = texts.join("");
    const whole = format === "md" ? { text } : parsed(text);
    return out.result({ counts, ...whole }, () => "");
  },
};

const formatOf = (text: string | undefined): ExportFormat | undefined =>
  text === "json" || text === "md" ? text : undefined;

/** Nothing was kept where it went out as it is. */
const parsed = (text: string): object => (text === "" ? {} : (JSON.parse(text) as object));
