// @ts-expect-error The types of this package know no Node, on purpose; only this test runs there alone.
import { format, inspect } from "node:util";
import { expect, test } from "vitest";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { secret } from "./secret.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const show = inspect as (value: unknown, options?: object) => string;
/** What console.log prints. */
const logged = format as (...values: readonly unknown[]) => string;

const seed = new Uint8Array(32).fill(0xd5);
const holder = { device: { seed: secret(seed), phrase: secret("abandon ability") } };

test.each([
  ["inspect", show(holder, { depth: 9 })],
  ["inspect with hidden properties", show(holder, { depth: 9, showHidden: true, getters: true })],
  ["inspect without custom printers", show(holder, { depth: 9, customInspect: false })],
  ["console.log", logged(holder)],
  ["console.log with %%s", logged("%s %s", holder.device.seed, holder.device.phrase)],
  ["console.log with %%o", logged("%o", holder)],
  ["console.log with %%j", logged("%j", holder)],
])("%s prints no secret", (_, text) => {
  expect(text).not.toMatch(/213|d5|abandon|1v/iu);
});

test("a secret prints as <secret>, alone and in something larger", () => {
  expect(show(holder.device.seed)).toBe("<secret>");
  expect(logged(holder)).toBe("{ device: { seed: <secret>, phrase: <secret> } }");
});

test("device keys print their public halves only", () => {
  const device = createDeviceKeys({ randomBytes: seededRandomBytes("device") });
  const text = show(device, { maxArrayLength: null, breakLength: Number.POSITIVE_INFINITY });
  expect(text).toContain(`${device.signKey.at(-2)}, ${device.signKey.at(-1)}`);
  expect(text.match(/<secret>/gu)).toHaveLength(3);
});
