import { judge } from "../doctor/allChecks.ts";
import { type Check, type CheckResult, isFinding } from "../doctor/check.ts";
import { collectFacts } from "../doctor/collect.ts";
import { counted } from "../counted.ts";
import { Exit } from "../exits.ts";
import type { Output, Style } from "../output/output.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "doctor",
  about: "looks for what is wrong, and says how to mend it",
  arguments: [],
  flags: {
    "no-network": { kind: "boolean", about: "asks no relay" },
  },
  examples: [
    ["duro doctor", "looks at everything; exit 4 when something is wrong"],
    ["duro doctor --json", "for whoever helps: no text of the memory is in it"],
  ],
  notes: ["Each check ends as ok, info, warning, error or skipped."],
  run: async (context) => {
    const { flags, out } = context;
    const isNetworkAsked = flags["no-network"] !== true;
    const checks = judge(await collectFacts(context, { isNetworkAsked }));
    out.result({ checks }, () => checksText(checks, out));
    return checks.some(isFinding) ? Exit.Found : Exit.Done;
  },
};

const nameWidth = 14;

const signs: Readonly<Record<CheckResult, readonly [sign: string, tint: keyof Style]>> = {
  ok: ["ok  ", "good"],
  info: ["info", "dim"],
  warning: ["warn", "warn"],
  error: ["BAD ", "bad"],
  skipped: ["-   ", "dim"],
};

const checksText = (checks: readonly Check[], { style }: Pick<Output, "style">): string => {
  const lines = checks.flatMap(({ name, result, text, fix }) => {
    const [sign, tint] = signs[result];
    const first = `${style[tint](sign)}  ${name.padEnd(nameWidth)}${text}`;
    return fix === undefined ? [first] : [first, `      ${"".padEnd(nameWidth)}→ ${fix}`];
  });
  const count = checks.filter(isFinding).length;
  const sum =
    count === 0 ? "Nothing is wrong." : `${counted(count, "thing needs", "things need")} you.`;
  return [...lines, "", sum].join("\n");
};
