/** A skill as agents keep it: a head between two lines of dashes, and prose. */

export interface SkillFile {
  readonly description: string | undefined;
  /** Without the head. */
  readonly body: string;
}

/** The head is YAML; of it only a description in one line is read, and a block that goes on below. */
export const readSkillFile = (text: string): SkillFile => {
  const plain = text.replace(/^\uFEFF/u, "").replaceAll("\r\n", "\n");
  const { head, body } =
    /^---\n(?<head>[\s\S]*?)\n---(?:\n+|$)(?<body>[\s\S]*)$/u.exec(plain)?.groups ?? {};
  if (head === undefined || body === undefined) return { description: undefined, body: plain };
  return { description: descriptionIn(head.split("\n")), body };
};

const descriptionIn = (lines: readonly string[]): string | undefined => {
  const at = lines.findIndex((line) => line.startsWith("description:"));
  const first = (lines[at] ?? "").slice("description:".length).trim();
  if (at < 0) return undefined;
  const end = lines.findIndex((line, index) => index > at && !/^\s+\S/u.test(line));
  const below = lines.slice(at + 1, end < 0 ? undefined : end).map((line) => line.trim());
  const isBlock = /^[|>][+-]?$/u.test(first);
  const joined = [isBlock ? "" : unquoted(first), ...below].filter((part) => part !== "").join(" ");
  return joined === "" ? undefined : joined;
};

const unquoted = (text: string): string => {
  if (/^'.*'$/su.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/su.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : text;
  } catch {
    return text.slice(1, -1);
  }
};
