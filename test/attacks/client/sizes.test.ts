/** A28: what the lengths of envelopes say of what was written. */
import { expect, test } from "vitest";
import { openOwnStations } from "./tools/rooms.ts";
import { envelopesOf, item } from "./tools/runs.ts";

/** As "Reducing Metadata Leakage from Encrypted Files" has it, written a second time. */
const isOnAStep = (byteLength: number): boolean => {
  const exponent = Math.floor(Math.log2(byteLength));
  const step = 2 ** Math.max(0, exponent - Math.floor(Math.log2(exponent)) - 1);
  return byteLength % step === 0;
};

/** A length of the clear part, a commitment, a tag. */
const aroundByteLength = 1 + 32 + 16;

/** What the relay sees of a device that writes texts of those lengths, each in an envelope. */
const seenLengths = async (textLengths: readonly number[]): Promise<readonly number[]> => {
  const { open, vault } = await openOwnStations(1);
  const writer = await open(0);
  for (const length of textLengths) {
    await writer.type("x".repeat(length));
    await writer.sealAll();
  }
  const [, ...edits] = envelopesOf(vault, writer.puts);
  return edits.map(({ head }) => head.bodyByteLength - aroundByteLength);
};

test("A28 envelopes have lengths of few steps, whatever is written", async () => {
  const lengths = Array.from({ length: 120 }, (_, at) => 1 + at * 37);
  const seen = await seenLengths(lengths);
  expect(seen.filter((byteLength) => !isOnAStep(byteLength))).toEqual([]);
  expect(seen.every((byteLength) => byteLength >= 256)).toBe(true);
  expect(new Set(seen).size).toBeLessThan(60);
});

test("A28 of two short texts nobody tells by its length which was written", async () => {
  const yes = await seenLengths(Array.from({ length: 12 }, () => "yes".length));
  const no = await seenLengths(Array.from({ length: 12 }, () => "certainly not, whatever".length));
  expect(new Set([...yes, ...no])).toEqual(new Set([256]));
  expect(item(yes, 0)).toBe(256);
});
