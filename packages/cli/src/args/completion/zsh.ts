import type { Completion, FlagWord, Value, Word } from "./completionData.ts";

export const zshCompletion = ({
  firsts,
  secondsByFirst,
  commands,
}: Completion): string => `#compdef duro
# zsh completion of duro: source <(duro completion zsh), or into a folder of $fpath as _duro
_duro() {
  local first="" second="" command word at
  for ((at = 2; at < CURRENT; at++)); do
    word="\${words[at]}"
    case "$word" in
      --home) at=$((at + 1)) ;;
      -*) ;;
      *) if [[ -z "$first" ]]; then first="$word"; elif [[ -z "$second" ]]; then second="$word"; fi ;;
    esac
  done
  case "$first $second" in
    ${commands
      .filter(({ name }) => name.includes(" "))
      .map(({ name }) => `"${name}"`)
      .join("|")}) command="$first $second" ;;
    *) command="$first" ;;
  esac
  local -a offered
  case "$command \${words[CURRENT-1]}" in
${commands.flatMap(({ name, flags }) => flags.flatMap((flag) => valueCase(name, flag))).join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "$command" in
${commands.map(({ name, flags }) => `      "${name}") offered=(${described(flags)}) ;;`).join("\n")}
      *) offered=('--json' '--home' '--help' '--version') ;;
    esac
    _describe 'flag' offered
    return
  fi
  case "$command" in
    "") offered=(${described(firsts)}) ;;
${[...secondsByFirst].map(([first, seconds]) => `    "${first}") offered=(${described(seconds)}) ;;`).join("\n")}
${commands
  .filter(({ name, argument }) => argument.kind !== "any" && !secondsByFirst.has(name))
  .map(({ name, argument }) => `    "${name}") ${valueAction(argument)}; return ;;`)
  .join("\n")}
    help) offered=(${described(firsts)} 'exit-codes') ;;
  esac
  if (( \${#offered} )); then _describe 'command' offered; fi
}
if [[ "$funcstack[1]" == "_duro" ]]; then _duro "$@"; else compdef _duro duro; fi
`;

const valueCase = (name: string, { text, value }: FlagWord): readonly string[] =>
  value === undefined ? [] : [`    "${name} ${text}") ${valueAction(value)}; return ;;`];

const valueAction = (value: Value): string => {
  switch (value.kind) {
    case "choices":
      return `compadd -- ${value.choices.join(" ")}`;
    case "file":
      return "_files";
    case "any":
      return ":";
  }
};

/** A colon parts the word from what is said of it. */
const described = (words: readonly Word[]): string =>
  words
    .map(({ text, about }) => `${text}:${about.replaceAll(":", "\\:")}`)
    .map((pair) => `'${pair.replaceAll("'", `'\\''`)}'`)
    .join(" ");
