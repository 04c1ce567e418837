import { expect, test } from "vitest";
import { toJson, toJsonObject } from "./json.ts";
import { flag, listOf, number, object, oneOf, optional, text } from "./shape.ts";
import { errorOf, valueOf } from "./testing/replicas.ts";

const shape = object({
  name: text(3),
  kind: optional(oneOf(["a", "b"])),
  count: optional(number({ min: 0, max: 9 })),
  list: optional(listOf(flag, 2)),
});

test("[MEM2] who writes is held to every limit, and told the field", () => {
  const refused = (value: object): string => errorOf(shape.read(value, "", "strict")).field;
  expect(refused({})).toBe("name");
  expect(refused({ name: "long" })).toBe("name");
  expect(refused({ name: "x", kind: "c" })).toBe("kind");
  expect(refused({ name: "x", count: Number.NaN })).toBe("count");
  expect(refused({ name: "x", list: [true, 1] })).toBe("list[1]");
  expect(refused({ name: "x", list: [true, true, true] })).toBe("list");
});

test("[MEM2] who reads leaves out what it does not understand, and refuses only what it cannot do without", () => {
  const value = { name: "very long", kind: "c", count: 4, list: [true, 1], later: 1 };
  expect(valueOf(shape.read(value, "", "lenient"))).toEqual({
    name: "very long",
    count: 4,
    list: [true],
  });
  expect(errorOf(shape.read({ name: 1 }, "", "lenient")).field).toBe("name");
  expect(errorOf(shape.read([], "entry", "lenient")).field).toBe("entry");
});

test("[MEM2] a name that stands on every object's prototype is no field", () => {
  const odd = object({ constructor: optional(text(9)) });
  expect(valueOf(odd.read({}, "", "strict"))).toEqual({});
});

test("[MEM2] plain JSON is what is left of any value", () => {
  const hostile = JSON.parse('{"__proto__":{"a":1},"b":2}') as object;
  expect(Object.keys(toJsonObject(hostile))).toEqual(["b"]);
  expect(toJson([Number.NaN, Infinity, -0, undefined, () => 1, "\ud800"])).toEqual([
    null,
    null,
    0,
    null,
    null,
    "\ufffd",
  ]);
  let deep: unknown = 1;
  for (let level = 0; level < 100; level += 1) deep = [deep];
  expect(JSON.stringify(toJson(deep)).length).toBeLessThan(80);
});
