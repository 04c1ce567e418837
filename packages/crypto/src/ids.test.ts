import { describe, expect, test } from "vitest";
import { decode } from "./bytes/reader.ts";
import { encode } from "./bytes/writer.ts";
import {
  blobIds,
  chainIds,
  deviceIds,
  envelopeIds,
  incarnations,
  noEnvelope,
  noRecord,
  recordIds,
  relayGenerations,
  userIds,
  vaultIds,
} from "./ids.ts";
import { BrokenAssumption } from "./result.ts";
import { must } from "./testing/people.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const names = [userIds, deviceIds, vaultIds, chainIds, incarnations];
const proofs = [recordIds, envelopeIds, blobIds, relayGenerations];

test("names have 16 bytes, proofs have 32", () => {
  expect(names.map(({ byteLength }) => byteLength)).toEqual([16, 16, 16, 16, 16]);
  expect(proofs.map(({ byteLength }) => byteLength)).toEqual([32, 32, 32, 32]);
});

describe.each([...names, ...proofs])("a $what", (kind) => {
  // Each kind has a brand of its own; what they do is the same.
  const { what, byteLength } = kind;
  const bytes = seededRandomBytes(what)(byteLength);
  const text = kind.fromBytes(bytes);

  test("is lowercase hex, and comes back from text", () => {
    expect(text).toMatch(new RegExp(`^[0-9a-f]{${2 * byteLength}}$`, "u"));
    expect(kind.parse(text)).toEqual({ ok: true, value: text });
  });

  test.each([
    ["one digit short", text.slice(1)],
    ["one byte short", text.slice(2)],
    ["one byte over", `${text}00`],
    ["empty", ""],
    ["in upper case", text.slice(0, -1) + "A"],
    ["with another character", text.slice(0, -1) + "g"],
    ["with a space for a digit", ` ${text.slice(1)}`],
    ["with a line end", text.slice(0, -1) + "\n"],
    ["with a wide digit", text.slice(0, -1) + "１"],
  ])("is refused %s, by its length and not by its text", (_, wrong) => {
    expect(kind.parse(wrong)).toEqual({
      ok: false,
      error: {
        type: "NotAnId",
        what,
        expected: `${2 * byteLength} lowercase hex digits`,
        got: `${wrong.length} characters`,
      },
    });
  });

  test("is not made of bytes of another length", () => {
    expect(() => kind.fromBytes(bytes.subarray(1))).toThrow(BrokenAssumption);
    expect(() => kind.fromBytes(new Uint8Array(byteLength + 1))).toThrow(BrokenAssumption);
  });
});

test("an id goes over the wire as its bytes and comes back equal", () => {
  const id = chainIds.fromBytes(seededRandomBytes("chain")(16));
  const bytes = encode((to) => chainIds.write(to, id));
  expect(bytes).toEqual(chainIds.toBytes(id));
  expect(
    must(decode({ what: "id", byteLengthMax: 16 }, bytes, (from) => chainIds.read(from))),
  ).toBe(id);
});

test("what stands in place of a predecessor is all zeros", () => {
  expect([noRecord, noEnvelope]).toEqual(["0".repeat(64), "0".repeat(64)]);
});
