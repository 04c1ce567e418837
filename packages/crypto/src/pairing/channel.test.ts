import { describe, expect, test } from "vitest";
import { BrokenAssumption } from "../result.ts";
import { everyBitOf, outcomesOfFlips } from "../testing/flips.ts";
import { outcomeOf } from "../testing/outcome.ts";
import { pair, sessionOf } from "../testing/pairing.ts";
import { must } from "../testing/people.ts";
import { filled, utf8 } from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { openPairingMessage, sealPairingMessage } from "./channel.ts";
import { createPairingCode } from "./code.ts";

const deps = { randomBytes: seededRandomBytes("channel") };
const code = createPairingCode(deps, 1);
const [joiner, approver] = pair(deps, code).map(sessionOf);
const [stranger] = pair(deps, code).map(sessionOf);
if (joiner === undefined || approver === undefined || stranger === undefined)
  throw new RangeError("two pairings");

const text = utf8("here are the heads");
const first = sealPairingMessage(deps, joiner, 1, text);
const second = sealPairingMessage(deps, joiner, 2, utf8("and the relay's key"));

describe("a message in a paired channel", () => {
  test("opens on the other side, both ways, in order", () => {
    expect(must(openPairingMessage(approver, 1, first))).toEqual(text);
    expect(must(openPairingMessage(approver, 2, second))).toEqual(utf8("and the relay's key"));
    const back = sealPairingMessage(deps, approver, 1, text);
    expect(must(openPairingMessage(joiner, 1, back))).toEqual(text);
  });

  test.each([0, 1, 100_000])("may have %d bytes", (byteLength) => {
    const bytes = filled(byteLength, 3);
    const sealed = sealPairingMessage(deps, approver, 1, bytes);
    expect(must(openPairingMessage(joiner, 1, sealed))).toEqual(bytes);
  });

  test("does not show how short it is", () => {
    const empty = sealPairingMessage(deps, joiner, 3, utf8(""));
    expect(empty).toHaveLength(first.length);
  });

  test.each([
    ["played again in place of the next", () => openPairingMessage(approver, 2, first)],
    ["put in front of its predecessor", () => openPairingMessage(approver, 1, second)],
    ["given back to its sender", () => openPairingMessage(joiner, 1, first)],
    ["of another pairing with the same code", () => openPairingMessage(stranger, 1, first)],
    [
      "of the other direction",
      () => openPairingMessage(approver, 1, sealPairingMessage(deps, approver, 1, text)),
    ],
  ])("is refused when %s", (_, receive) => {
    expect(outcomeOf(receive())).toBe("CommitmentMismatch");
  });

  test("is refused with any one bit turned over", () => {
    const outcomes = outcomesOfFlips(first, everyBitOf(first), (flipped) =>
      outcomeOf(openPairingMessage(approver, 1, flipped)),
    );
    expect(outcomes).toEqual({
      CommitmentMismatch: 8 * (24 + 32),
      SealBroken: 8 * (first.length - 24 - 32),
    });
  });

  test("cut short anywhere is refused", () => {
    const outcomes = Array.from(first, (_, end) =>
      outcomeOf(openPairingMessage(approver, 1, first.subarray(0, end))),
    );
    expect(new Set(outcomes.slice(0, 72))).toEqual(new Set(["Malformed"]));
    expect(new Set(outcomes.slice(72))).toEqual(new Set(["SealBroken"]));
  });

  test.each([-1, 0.5, 2 ** 32])("is never numbered %d", (count) => {
    expect(() => sealPairingMessage(deps, joiner, count, text)).toThrow(BrokenAssumption);
  });
});
