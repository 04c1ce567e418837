import { describe, expect, test } from "vitest";
import { parseJson } from "./parseJson.ts";

const parse = (text: string) => parseJson(Buffer.from(text));

test.each([
  ['{"a":[{"a":1},{"a":2}],"b":{"a":"\\"a\\":"}}'],
  ['{"a:":"b\\\\","c":": \\": "}'],
  ["[]"],
  ['"a\\u0022:"'],
  ["null"],
  ['{"a" : 1, "b"\n:\t2}'],
])("%s is read as JSON.parse reads it", (text) => {
  expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
});

test.each([
  ['{"a":1,"a":1}', "duplicate name"],
  ['{"x":[{"a":1,"b":{"a":1},"a":2}]}', "duplicate name"],
  ['{"a":1,"\\u0061":2}', "duplicate name"],
  ['{"a" \n: 1, "a"\t: 2}', "duplicate name"],
  ['{"":1,"":2}', "duplicate name"],
  ['[[{"__proto__":1}]]', "forbidden name"],
  ["{'a':1}", "json"],
  ['{"a":1}}', "json"],
  ["NaN", "json"],
])("%s is refused: %s", (text, rule) => {
  expect(parse(text)).toMatchObject({ ok: false, error: { rule } });
});

describe("hostile sizes end, and end soon", () => {
  const length = 900_000;
  test.each([
    ["one long text", `["${"x".repeat(length)}"]`],
    ["one text of escapes", `["${'\\"'.repeat(length / 2)}"]`],
    ["many texts", `[${'"x",'.repeat(length / 4)}"x"]`],
    ["many names", `[${'{"a":1},'.repeat(length / 8)}1]`],
    ["deep arrays", `${"[".repeat(length / 2)}${"]".repeat(length / 2)}`],
    ["quotes that never close", `[${'"'.repeat(length)}`],
  ])("%s", (_, text) => {
    const startedAt = performance.now();
    parse(text);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
