import type { Completion, Value } from "./completionData.ts";

export const pwshCompletion = ({
  firsts,
  secondsByFirst,
  commands,
}: Completion): string => `# PowerShell completion of duro: duro completion pwsh | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName duro -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $flags = @{
${commands.map(({ name, flags }) => `    ${quoted(name)} = ${list(flags.map(({ text }) => text))}`).join("\n")}
  }
  $values = @{
${commands
  .flatMap(({ name, flags, argument }) => [
    ...flags.flatMap(({ text, value }) => valueLine(`${name} ${text}`, value)),
    ...valueLine(name, argument),
  ])
  .join("\n")}
  }
  $seconds = @{
${[...secondsByFirst].map(([first, seconds]) => `    ${quoted(first)} = ${list(seconds.map(({ text }) => text))}`).join("\n")}
    'help' = ${list([...firsts.map(({ text }) => text), "exit-codes"])}
  }
  $firsts = ${list(firsts.map(({ text }) => text))}
  $typed = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($wordToComplete -ne '' -and $typed.Count -gt 0) { $typed = @($typed | Select-Object -SkipLast 1) }
  $words = @($typed | Where-Object { -not $_.StartsWith('-') })
  $command = "$($words[0])"
  if ($words.Count -gt 1 -and $flags.ContainsKey("$command $($words[1])")) { $command = "$command $($words[1])" }
  $before = if ($typed.Count -gt 0) { $typed[-1] } else { '' }
  $offered = @()
  if ($values.ContainsKey("$command $before")) { $offered = $values["$command $before"] }
  elseif ($wordToComplete.StartsWith('-')) { if ($flags.ContainsKey($command)) { $offered = $flags[$command] } else { $offered = @('--json', '--home', '--help', '--version') } }
  elseif ($words.Count -eq 0) { $offered = $firsts }
  elseif ($words.Count -eq 1 -and $seconds.ContainsKey($command)) { $offered = $seconds[$command] }
  elseif ($values.ContainsKey($command)) { $offered = $values[$command] }
  $offered | Where-Object { $_.StartsWith($wordToComplete) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;

/** PowerShell completes file names by itself where we offer nothing. */
const valueLine = (name: string, value: Value | undefined): readonly string[] =>
  value?.kind === "choices" ? [`    ${quoted(name)} = ${list(value.choices)}`] : [];

const list = (words: readonly string[]): string => `@(${words.map(quoted).join(", ")})`;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
