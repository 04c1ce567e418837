import type { Completion, Value } from "./completionData.ts";

export const fishCompletion = ({ firsts, secondsByFirst, commands }: Completion): string =>
  [
    "# fish completion of duro: duro completion fish | source",
    "function __duro_words",
    "  set -l found",
    "  set -l skips 0",
    "  for word in (commandline -opc)[2..-1]",
    "    if test $skips = 1",
    "      set skips 0",
    "    else if test $word = --home",
    "      set skips 1",
    "    else if not string match -q -- '-*' $word",
    "      set found $found $word",
    "    end",
    "  end",
    "  string join ' ' $found",
    "end",
    "function __duro_at",
    "  set -l words (__duro_words)",
    '  test "$words" = "$argv"',
    "end",
    "function __duro_in",
    "  set -l words (__duro_words)",
    '  test "$words" = "$argv"; or string match -q -- "$argv *" $words',
    "end",
    "complete -c duro -f",
    ...firsts.map((word) => offered("__duro_at", word.text, word.about)),
    ...[...secondsByFirst].flatMap(([first, seconds]) =>
      seconds.map(({ text, about }) => offered(`__duro_at ${first}`, text, about)),
    ),
    ...commands.flatMap(({ name, flags, argument }) => [
      ...flags.map(
        ({ text, about, value }) =>
          `complete -c duro -n ${quoted(`__duro_in ${name}`)} -l ${text.slice(2)}${valueText(value)} -d ${quoted(about)}`,
      ),
      ...(argument.kind === "any"
        ? []
        : [`complete -c duro -n ${quoted(`__duro_in ${name}`)}${argumentText(argument)}`]),
    ]),
    ...[...firsts, { text: "exit-codes", about: "what the ends mean" }].map(({ text, about }) =>
      offered("__duro_at help", text, about),
    ),
    "",
  ].join("\n");

const offered = (condition: string, text: string, about: string): string =>
  `complete -c duro -n ${quoted(condition)} -a ${text} -d ${quoted(about)}`;

const valueText = (value: Value | undefined): string => {
  switch (value?.kind) {
    case "choices":
      return ` -x -a ${quoted(value.choices.join(" "))}`;
    case "file":
      return " -r -F";
    case "any":
      return " -x";
    case undefined:
      return "";
  }
};

const argumentText = (value: Value): string =>
  value.kind === "choices" ? ` -a ${quoted(value.choices.join(" "))}` : " -F";

const quoted = (text: string): string =>
  `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
