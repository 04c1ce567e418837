import { describe, expect, test } from "vitest";
import { compareHeads, type HeldChain, isOfHeads, type OurHeads } from "./relayHeads.ts";
import {
  aVault,
  chainOf,
  deviceNumber,
  envelopeAt,
  oneOfEach,
  recordAt,
} from "./testing/aliases.ts";

const held = (chain: number, seq: number, more: Partial<HeldChain> = {}) =>
  [
    chainOf(chain),
    {
      head: { at: seq, id: envelopeAt(chain, seq) },
      relayedSeq: seq,
      device: deviceNumber(chain),
      limit: undefined,
      isRetired: false,
      ...more,
    },
  ] as const;

const mark = (chain: number, seq: number, branch = 0) => ({
  chain: chainOf(chain),
  seq,
  id: envelopeAt(chain, seq, branch),
});

const receipt = (chain: number, firstSeq: number, count: number) => ({
  chain: chainOf(chain),
  firstSeq,
  firstPosition: 100 + firstSeq,
  nowMs: 5_000,
  ids: Array.from({ length: count }, (_, at) => envelopeAt(chain, firstSeq + at)),
});

/** Chain 1 is ours, at 12, of which the relay signed for 10. */
const ours: OurHeads = {
  vault: aVault,
  ownChain: chainOf(1),
  chains: new Map([held(1, 12, { relayedSeq: 10 }), held(2, 40)]),
  logHead: { index: 6, id: recordAt(6) },
  receipts: [receipt(1, 8, 3)],
};

const logHead = { index: 6, id: recordAt(6) };
const heads = (...chains: readonly ReturnType<typeof mark>[]) => ({ logHead, chains });
const withChains = (...chains: readonly ReturnType<typeof held>[]): OurHeads => ({
  ...ours,
  chains: new Map(chains),
  receipts: [],
});

describe("lawful heads", () => {
  const cases = [
    { what: "all that is ours, but what is unsent", given: heads(mark(1, 10), mark(2, 40)) },
    { what: "more of others than ours", given: heads(mark(1, 10), mark(2, 90), mark(3, 5)) },
    { what: "what was stored before its receipt came", given: heads(mark(1, 12), mark(2, 40)) },
  ];
  test.each(cases)("raise nothing: $what", ({ given }) => {
    expect(compareHeads(ours, given).alarms).toEqual([]);
  });

  test("have more records than our log", () => {
    const given = { ...heads(mark(1, 10), mark(2, 40)), logHead: { index: 8, id: recordAt(8) } };
    expect(compareHeads(ours, given)).toMatchObject({ alarms: [], reseedLogFrom: undefined });
  });

  test("end where a chain is cut, and leave out one that is retired", () => {
    const cut = withChains(
      held(1, 12, { relayedSeq: 10 }),
      held(2, 40, { limit: 35 }),
      held(3, 20, { limit: 20, isRetired: true }),
    );
    expect(compareHeads(cut, heads(mark(1, 12), mark(2, 35)))).toEqual({
      alarms: [],
      reseed: [],
      reseedLogFrom: undefined,
    });
  });

  test("of a vault of which nothing is here raise nothing", () => {
    const empty = { ...ours, ownChain: undefined, chains: new Map(), logHead: undefined };
    const nothing = { ...empty, recordAt: () => undefined, receipts: [] };
    expect(compareHeads(nothing, heads(mark(1, 10))).alarms).toEqual([]);
  });
});

describe("heads below what the relay has shown", () => {
  test("are a rollback, by how much, and what is here goes back", () => {
    const { alarms, reseed } = compareHeads(
      withChains(held(1, 12, { relayedSeq: 10 }), held(2, 40), held(3, 7)),
      heads(mark(1, 10), mark(2, 33)),
    );
    expect(alarms).toEqual([
      { type: "Rollback", vault: aVault, chainCount: 2, envelopeCount: 14, recordCount: 0 },
    ]);
    expect(reseed).toEqual([
      { chain: chainOf(1), fromSeq: 11, toSeq: 12 },
      { chain: chainOf(2), fromSeq: 34, toSeq: 40 },
      { chain: chainOf(3), fromSeq: 1, toSeq: 7 },
    ]);
  });

  test("of the log are one too", () => {
    const given = { ...heads(mark(1, 10), mark(2, 40)), logHead: { index: 4, id: recordAt(4) } };
    expect(compareHeads(ours, given)).toMatchObject({
      alarms: [{ type: "Rollback", chainCount: 0, envelopeCount: 0, recordCount: 2 }],
      reseedLogFrom: 5,
    });
  });

  test("that the relay never had, as after a move to a new one, only go there", () => {
    const brought = withChains(held(2, 40, { relayedSeq: 0 }));
    expect(compareHeads(brought, heads())).toMatchObject({
      alarms: [],
      reseed: [{ chain: chainOf(2), fromSeq: 1, toSeq: 40 }],
    });
  });

  test("go back no further than their cut", () => {
    const cut = withChains(held(2, 40, { limit: 35 }));
    expect(compareHeads(cut, heads(mark(2, 30)))).toMatchObject({
      alarms: [{ envelopeCount: 5 }],
      reseed: [{ fromSeq: 31, toSeq: 35 }],
    });
  });
});

describe("a receipt", () => {
  test("whose envelopes are gone is evidence, from the oldest of them on", () => {
    const { alarms } = compareHeads(ours, heads(mark(1, 8), mark(2, 40)));
    expect(alarms).toContainEqual({
      type: "ReceiptLost",
      vault: aVault,
      chain: chainOf(1),
      device: deviceNumber(1),
      seq: 9,
      id: envelopeAt(1, 9),
      position: 109,
      receiptedAtMs: 5_000,
      count: 2,
    });
  });

  test("of what lies behind a cut is none that matters", () => {
    const cut = {
      ...withChains(held(1, 12, { relayedSeq: 10, limit: 8 }), held(2, 40)),
      receipts: ours.receipts,
    };
    expect(compareHeads(cut, heads(mark(1, 8), mark(2, 40))).alarms).toEqual([]);
  });

  test("of a chain that is retired is none either", () => {
    const retired = {
      ...withChains(held(1, 12, { isRetired: true })),
      ownChain: undefined,
      receipts: ours.receipts,
    };
    expect(compareHeads(retired, heads()).alarms).toEqual([]);
  });

  test("is told once for several of a chain", () => {
    const several = { ...ours, receipts: [receipt(1, 8, 3), receipt(1, 5, 3)] };
    const { alarms } = compareHeads(several, heads(mark(1, 4), mark(2, 40)));
    expect(alarms.filter(({ type }) => type === "ReceiptLost")).toMatchObject([
      { seq: 5, count: 6 },
    ]);
  });
});

describe("our own chain", () => {
  test("further than this device knows it is a clone's, until it is looked at", () => {
    expect(compareHeads(ours, heads(mark(1, 13), mark(2, 40))).alarms).toEqual([
      {
        type: "Cloned",
        vault: aVault,
        chain: chainOf(1),
        evidence: "relay",
        ourSeq: 12,
        theirSeq: 13,
      },
    ]);
  });

  test("of before a restore may have gone on", () => {
    const restored = { ...ours, ownChain: chainOf(9) };
    expect(compareHeads(restored, heads(mark(1, 13), mark(2, 40))).alarms).toEqual([]);
  });
});

test("another id than ours at one seq is a reason to look for an equivocation", () => {
  expect(compareHeads(ours, heads(mark(1, 10), mark(2, 40, 1))).alarms).toEqual([
    {
      type: "Equivocation",
      vault: aVault,
      chain: chainOf(2),
      device: deviceNumber(2),
      seq: 40,
      evidence: "relay",
      claimant: undefined,
    },
  ]);
});

test("another record than ours at one index proves nothing: only the records show a fork", () => {
  const given = { ...heads(mark(1, 10), mark(2, 40)), logHead: { index: 6, id: recordAt(6, 1) } };
  expect(compareHeads(ours, given).alarms).toEqual([]);
});

test("the next comparison heals what the one before found, and no proof", () => {
  const all = Object.values(oneOfEach);
  expect(all.filter(isOfHeads).map(({ type }) => type)).toEqual(["Rollback", "ReceiptLost"]);
  expect(isOfHeads({ ...oneOfEach.Cloned, evidence: "relay" })).toBe(true);
  expect(isOfHeads({ ...oneOfEach.Equivocation, evidence: "claim" })).toBe(false);
});
