import { runInThisContext } from "node:vm";
import { assert } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { createLogger, errorFacts, type LogLevel } from "./logger.ts";

const linesOf = (
  form: "json" | "human",
  level: LogLevel,
  log: (logger: ReturnType<typeof createLogger>) => void,
): string => {
  let lines = "";
  const write = (line: string): void => {
    lines += line;
  };
  log(createLogger({ form, level, nowMs: () => Date.UTC(2026, 10, 21, 10, 2, 3, 4), write }));
  return lines;
};

test("a machine reads one object a line", () => {
  const lines = linesOf("json", "info", (log) => {
    log.info("the relay listens", { port: 1, missing: undefined });
  });
  expect(lines).toBe(
    '{"time":"2026-11-21T10:02:03.004Z","level":"info","event":"the relay listens","port":1}\n',
  );
});

test("a person reads a short line, in which nothing steers the terminal", () => {
  const lines = linesOf("human", "info", (log) => {
    log.warn("odd", { name: "a b\n\u001B[2J", url: "http://a:1/b" });
  });
  expect(lines).toBe('10:02:03.004 warn  odd name="a b\\n\\u001b[2J" url=http://a:1/b\n');
});

test("lines below the level are dropped", () => {
  const lines = linesOf("json", "warn", (log) => {
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
  });
  expect(lines.match(/"event":"(\w)"/gu)).toEqual(['"event":"c"', '"event":"d"']);
});

test("an error is told by kind and place, never by its message", () => {
  const facts = errorFacts(Object.assign(new RangeError("CANARY"), { code: "ECANARY" }));
  expect(facts).toEqual({
    error: "RangeError",
    code: "ECANARY",
    at: expect.stringMatching(/^logger\.node\.test\.ts:\d+$/u),
  });
  expect(errorFacts("CANARY")).toEqual({ error: "string", code: undefined, at: undefined });
});

test("code that came as text is not repeated as a place", () => {
  const filename = 'data:text/javascript,throw new Error("CANARY")';
  let caught: unknown;
  try {
    runInThisContext('throw new Error("CANARY")', { filename });
  } catch (cause) {
    caught = cause;
  }
  assert(caught instanceof Error, "it throws");
  // Otherwise nothing was shown.
  expect(caught.stack?.split("\n    at ").at(1)).toContain("CANARY");
  expect(JSON.stringify(errorFacts(caught))).not.toContain("CANARY");
});
