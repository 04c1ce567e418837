/**
 * JSON with one meaning. What parsers are known to disagree about is refused: bytes that are not UTF-8,
 * a name that stands twice in one object, a name that reaches into JavaScript's prototypes.
 */
import { err, ok, type Result } from "@duro/crypto/types";

/** An Error, since Fastify hands nothing else on to its error handler. */
export class BadJson extends Error {
  override readonly name = "BadJson";
  readonly rule: "utf-8" | "json" | "duplicate name" | "forbidden name";

  constructor(rule: BadJson["rule"]) {
    super(rule);
    this.rule = rule;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const forbiddenNames = new Set(["__proto__", "constructor", "prototype"]);

export const parseJson = (bytes: Uint8Array): Result<unknown, BadJson> => {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return err(new BadJson("utf-8"));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err(new BadJson("json"));
  }
  const names = namesIn(value);
  if (names.some((name) => forbiddenNames.has(name))) return err(new BadJson("forbidden name"));
  // Of two equal names in one object the first is gone by now, so fewer are left than were written.
  return names.length === writtenNameCount(text) ? ok(value) : err(new BadJson("duplicate name"));
};

/** Of all objects at any depth. A loop: what is nested ten thousand deep may not end the process. */
const namesIn = (value: unknown): readonly string[] => {
  const names: string[] = [];
  const waiting: unknown[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) {
      for (const item of next as readonly unknown[]) waiting.push(item);
      continue;
    }
    for (const [name, member] of Object.entries(next)) {
      names.push(name);
      waiting.push(member);
    }
  }
  return names;
};

/** In text that is JSON, a string with a colon behind it is a name. No step of it ever goes back. */
const writtenNameCount = (text: string): number => {
  let count = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)/gu))
    if (colon === ":") count++;
  return count;
};
