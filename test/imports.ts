/** What a source file imports, however it says so. Reads text, runs nothing. */
export interface Import {
  readonly file: string;
  /** Undefined where the target is computed: nobody can tell what it names. */
  readonly target: string | undefined;
  /** Erased before the program runs. */
  readonly isTypeOnly: boolean;
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/[^\n]*/gu;
const statements =
  /\b(?:import|export)\s+(?<type>type\s+)?(?:[\w*\s{},$]*?\sfrom\s*|(?=["']))(?<quote>["'])(?<target>[^"']+)\k<quote>/gu;
const calls = /\b(?:import|require|import\.meta\.resolve)\s*\(\s*(?<argument>[^)]*)\)/gu;
const literal = /^(?<quote>["'`])(?<target>[^"'`$]+)\k<quote>\s*,?/u;

export const importsOf = (file: string, source: string): readonly Import[] => {
  const code = source.replace(comments, " ");
  const found: Import[] = [];
  for (const { groups } of code.matchAll(statements))
    found.push({ file, target: groups?.["target"], isTypeOnly: groups?.["type"] !== undefined });
  for (const { groups } of code.matchAll(calls))
    found.push({
      file,
      target: literal.exec(groups?.["argument"]?.trim() ?? "")?.groups?.["target"],
      isTypeOnly: false,
    });
  return found;
};
