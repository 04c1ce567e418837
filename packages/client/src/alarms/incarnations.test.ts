import { OpenReason } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { openSeen, ownHeadSeen } from "./incarnations.ts";
import { aVault, chainOf, deviceNumber, envelopeAt } from "./testing/aliases.ts";

const known = {
  ownDevice: deviceNumber(1),
  ownChains: new Set([chainOf(1), chainOf(11)]),
  before: [],
};
const open = {
  vault: aVault,
  chain: chainOf(2),
  device: deviceNumber(2),
  reason: OpenReason.First,
};

describe("an OPEN", () => {
  test("of another device's first chain is nothing to tell", () => {
    expect(openSeen(open, known)).toBeUndefined();
    expect(openSeen(open, { ...known, before: [chainOf(2)] })).toBeUndefined();
  });

  test("of its next chain is told with the reason it states", () => {
    const next = { ...open, chain: chainOf(22), reason: OpenReason.Restored };
    expect(openSeen(next, { ...known, before: [chainOf(2)] })).toEqual({
      type: "OtherIncarnation",
      vault: aVault,
      device: deviceNumber(2),
      chain: chainOf(22),
      reason: OpenReason.Restored,
    });
  });

  test("that cannot be read yet waits for its reason", () => {
    const sealed = { ...open, chain: chainOf(22), reason: undefined };
    expect(openSeen(sealed, { ...known, before: [chainOf(2)] })).toBeUndefined();
  });

  test("of our own device that it made is its own", () => {
    for (const chain of known.ownChains)
      expect(openSeen({ ...open, chain, device: deviceNumber(1) }, known)).toBeUndefined();
  });

  test("of our own device that it did not make is a clone's or a thief's", () => {
    const stolen = { ...open, chain: chainOf(7), device: deviceNumber(1), reason: undefined };
    expect(openSeen(stolen, known)).toEqual({
      type: "Cloned",
      vault: aVault,
      chain: chainOf(7),
      evidence: "open",
      ourSeq: 0,
      theirSeq: 1,
    });
  });
});

describe("a head of our own chain", () => {
  const own = {
    vault: aVault,
    chain: chainOf(1),
    headSeq: 12,
    idAt: (seq: number) => (seq <= 12 && seq > 5 ? envelopeAt(1, seq) : undefined),
  };

  test("that this device sealed comes back to it", () => {
    expect(ownHeadSeen(own, { seq: 12, id: envelopeAt(1, 12) })).toBeUndefined();
    expect(ownHeadSeen(own, { seq: 3, id: envelopeAt(1, 3) })).toBeUndefined();
  });

  test.each([
    { what: "further than it knows", seq: 13, branch: 0 },
    { what: "another than it sealed there", seq: 12, branch: 1 },
  ])("$what is a clone's or a thief's", ({ seq, branch }) => {
    expect(ownHeadSeen(own, { seq, id: envelopeAt(1, seq, branch) })).toEqual({
      type: "Cloned",
      vault: aVault,
      chain: chainOf(1),
      evidence: "head",
      ourSeq: 12,
      theirSeq: seq,
    });
  });
});
