import type { Completion, Value } from "./completionData.ts";

/** For bash 3.2 too, which macOS has: no maps. */
export const bashCompletion = ({ firsts, secondsByFirst, commands }: Completion): string => {
  const twoWords = commands.filter(({ name }) => name.includes(" "));
  return `# bash completion of duro: source <(duro completion bash)
_duro() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local first="" second="" command word at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in
      --home) at=$((at + 1)) ;;
      -*) ;;
      *)
        if [ -z "$first" ]; then first="$word"; elif [ -z "$second" ]; then second="$word"; fi
        ;;
    esac
  done
  case "$first $second" in
    ${twoWords.map(({ name }) => `"${name}"`).join("|")}) command="$first $second" ;;
    *) command="$first" ;;
  esac
  case "$command $before" in
${valueCases(commands)}
  esac
  case "$current" in
    -*)
      case "$command" in
${commands.map(({ name, flags }) => `        "${name}") ${offer(flags.map(({ text }) => text))} ;;`).join("\n")}
        *) ${offer(["--json", "--home", "--help", "--version"])} ;;
      esac
      return
      ;;
  esac
  case "$command" in
    "") ${offer(firsts.map(({ text }) => text))} ;;
${[...secondsByFirst].map(([first, seconds]) => `    "${first}") ${offer(seconds.map(({ text }) => text))} ;;`).join("\n")}
${commands
  .filter(({ name, argument }) => argument.kind !== "any" && !secondsByFirst.has(name))
  .map(({ name, argument }) => `    "${name}") ${offerValue(argument)} ;;`)
  .join("\n")}
    help) ${offer([...firsts.map(({ text }) => text), "exit-codes"])} ;;
  esac
}
complete -F _duro duro
`;
};

const valueCases = (commands: Completion["commands"]): string =>
  commands
    .flatMap(({ name, flags }) =>
      flags.flatMap(({ text, value }) =>
        value === undefined ? [] : [`    "${name} ${text}") ${offerValue(value)} return ;;`],
      ),
    )
    .join("\n");

const offer = (words: readonly string[]): string =>
  `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$current"))`;

/** File names may hold blanks: one for each line. */
const offerFiles = `while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null;`;

const offerValue = (value: Value): string => {
  switch (value.kind) {
    case "choices":
      return `${offer(value.choices)};`;
    case "file":
      return offerFiles;
    case "any":
      return "";
  }
};
