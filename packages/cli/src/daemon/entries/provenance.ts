/** Who says something, and what they point to. */
import { err, ok, type Result } from "@duro/crypto/types";
import type { NewFact, Saying } from "@duro/memory";
import { type Problem, usage } from "../../problem.ts";

export type Agent = NonNullable<NewFact["agent"]>;

/** `tool` or `tool/model`; a model's own name may have slashes. */
export const parseAgent = (text: string | undefined): Result<Agent | undefined, Problem> => {
  if (text === undefined || text.trim() === "") return ok(undefined);
  const at = text.indexOf("/");
  const tool = (at < 0 ? text : text.slice(0, at)).trim();
  const model = at < 0 ? "" : text.slice(at + 1).trim();
  if (tool === "")
    return err(usage("BadAgent", "The agent has no name.", "--agent TOOL, or --agent TOOL/MODEL"));
  return ok(model === "" ? { tool } : { tool, model });
};

const urlPattern = /^[a-z][a-z0-9+.-]*:\/\/\S+$/iu;
/** With a slash or an ending, and no space: `src/login.ts:42`, `NOTES.md`. */
const filePattern = /^(?<path>(?=\S*[/\\]|\S+\.[a-z]\w{0,9}(?::|$))\S+?)(?::(?<line>\d{1,9}))?$/iu;

type Evidence = Pick<NewFact, "evidence" | "provenance">;

/**
 * What an agent took from the web has no more trust than the web has. A person who names an address
 * vouches for what they say themselves.
 */
export const evidenceOf = (source: string | undefined, agent: Agent | undefined): Evidence => {
  const text = source?.trim() ?? "";
  if (text === "") return {};
  const isAgent = agent !== undefined;
  if (urlPattern.test(text))
    return { evidence: { urls: [text] }, ...(isAgent ? { provenance: "web" } : {}) };
  const { path, line } = filePattern.exec(text)?.groups ?? {};
  if (path === undefined) return { evidence: { snippet: text } };
  const file = line === undefined ? { path } : { path, line: Number(line) };
  return { evidence: { files: [file] }, ...(isAgent ? { provenance: "local_file" } : {}) };
};

/** `commit:…` and `test:…` are proofs; an address is a link; the rest is words. */
export const proofOf = (text: string | undefined): Pick<Saying, "evidence"> => {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return {};
  const { kind, name } = /^(?<kind>commit|test):\s*(?<name>\S.*)$/u.exec(trimmed)?.groups ?? {};
  if (kind === "commit") return { evidence: { commit: name } };
  if (kind === "test") return { evidence: { test: name } };
  return { evidence: urlPattern.test(trimmed) ? { url: trimmed } : { text: trimmed } };
};
