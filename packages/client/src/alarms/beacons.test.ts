import { EnvelopeFlag, EnvelopeKind } from "@duro/crypto/types";
import { type ChainId, decodeBody, encodeBody, limits, times } from "@duro/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  beaconDue,
  type BeaconFacts,
  type BeaconMoment,
  beaconOf,
  beaconSaid,
  type BeaconsSaid,
  decodeBeaconsSaid,
  encodeBeaconsSaid,
  noBeacons,
} from "./beacons.ts";
import { chainOf, envelopeAt, generationNumber, recordAt, userNumber } from "./testing/aliases.ts";

const startMs = Date.UTC(2026, 10, 21);
const { beaconIntervalMs, fullBeaconIntervalMs } = times;

const facts = (seqs: readonly number[], nowMs = startMs): BeaconFacts => ({
  vector: seqs.flatMap((seq, at) =>
    seq === 0 ? [] : [{ chain: chainOf(at), seq, id: envelopeAt(at, seq) }],
  ),
  logHead: { index: 6, id: recordAt(6) },
  identityHeads: [
    { user: userNumber(1), index: 2, id: recordAt(2) },
    { user: userNumber(2), index: 3, id: recordAt(3) },
  ],
  nowMs,
  generation: generationNumber(1),
});

const full = beaconOf(noBeacons, facts([5, 7]), "full");
const said = beaconSaid(noBeacons, full);

const moment: BeaconMoment = {
  nowMs: startMs + beaconIntervalMs,
  isCaughtUp: true,
  isActive: true,
  hasNews: true,
  isFirstSinceStart: false,
  isShuttingDown: false,
};

describe("a beacon is due", () => {
  const cases: readonly {
    readonly when: string;
    readonly before?: BeaconsSaid;
    readonly given: Partial<BeaconMoment>;
    readonly due: ReturnType<typeof beaconDue>;
  }[] = [
    { when: "every five minutes while active", given: {}, due: "changes" },
    { when: "no sooner", given: { nowMs: startMs + beaconIntervalMs - 1 }, due: "none" },
    {
      when: "not of an idle device, whatever others write",
      given: { isActive: false },
      due: "none",
    },
    {
      when: "after a start, of an idle device too",
      given: { isActive: false, isFirstSinceStart: true },
      due: "changes",
    },
    {
      when: "not after each start of a program that crashes at once",
      given: { nowMs: startMs + 1_000, isFirstSinceStart: true },
      due: "none",
    },
    {
      when: "daily, whatever happens, and then full",
      given: { nowMs: startMs + fullBeaconIntervalMs, isActive: false, hasNews: false },
      due: "full",
    },
    { when: "first of all, and then full", before: noBeacons, given: {}, due: "full" },
    {
      when: "at the end, where something is new",
      given: { nowMs: startMs + 1_000, isShuttingDown: true },
      due: "changes",
    },
    {
      when: "not at the end, where nothing is",
      given: { isShuttingDown: true, hasNews: false },
      due: "none",
    },
    {
      when: "never before everything that came is applied",
      before: noBeacons,
      given: { isCaughtUp: false, isShuttingDown: true },
      due: "none",
    },
    { when: "at once, where the clock went back", given: { nowMs: startMs - 1 }, due: "full" },
  ];
  test.each(cases)("$when", ({ before = said, given, due }) => {
    expect(beaconDue(before, { ...moment, ...given })).toBe(due);
  });
});

describe("a beacon says", () => {
  test("everything, when it is full", () => {
    const { nowMs, ...rest } = facts([5, 7]);
    expect(full).toEqual({ isFull: true, nowMs, ...rest });
  });

  test("what changed since the last full one, not since the last one", () => {
    const first = beaconOf(said, facts([6, 7]), "changes");
    const then = beaconSaid(said, first);
    const second = beaconOf(then, facts([6, 8]), "changes");
    expect(first.vector).toEqual(facts([6]).vector);
    expect(second.vector).toEqual(facts([6, 8]).vector);
    expect(second.isFull).toBe(false);
  });

  test("a chain that stands where it stood under another id", () => {
    const other = { chain: chainOf(0), seq: 5, id: envelopeAt(0, 5, 1) };
    const given = { ...facts([5, 7]), vector: [other, ...facts([0, 7]).vector] };
    expect(beaconOf(said, given, "changes").vector).toEqual([other]);
  });

  test("the head of the vault's log always, and of members whose log moved", () => {
    const moved = { user: userNumber(2), index: 4, id: recordAt(4) };
    const given = { ...facts([5, 7]), identityHeads: [facts([]).identityHeads[0] ?? moved, moved] };
    const beacon = beaconOf(said, given, "changes");
    expect(beacon.identityHeads).toEqual([moved]);
    expect(beacon.logHead).toEqual(given.logHead);
  });

  test("everything, when no full one was said before", () => {
    expect(beaconOf(noBeacons, facts([5, 7]), "changes").isFull).toBe(true);
  });

  test("no more chains than a vector holds, and the rest the next time", () => {
    const seqs = Array.from({ length: limits.chainsPerVectorMax + 3 }, () => 9);
    const first = beaconOf(noBeacons, facts(seqs), "full");
    expect(first.vector).toHaveLength(limits.chainsPerVectorMax);
    const next = beaconOf(beaconSaid(noBeacons, first), facts(seqs), "changes");
    expect(next.vector).toEqual(facts(seqs).vector.slice(-3));
  });
});

test("the last full beacon and the newest one after it say the whole vector", () => {
  const step = fc.record({
    grown: fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }),
    isFull: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      let before = noBeacons;
      let seqs = [0, 0, 0, 0, 0];
      const heard = new Map<ChainId, number>();
      for (const { grown, isFull } of steps) {
        seqs = seqs.map((seq, at) => seq + (grown[at] ?? 0));
        const beacon = beaconOf(before, facts(seqs), isFull ? "full" : "changes");
        before = beaconSaid(before, beacon);
        const base = before.lastFull?.vector ?? [];
        heard.clear();
        for (const { chain, seq } of [...base, ...beacon.vector]) heard.set(chain, seq);
        const whole = facts(seqs).vector.map(({ chain, seq }) => [chain, seq] as const);
        expect(heard).toEqual(new Map(whole));
      }
    }),
  );
});

test("a beacon is a body that reads back, under the flag that it is full", () => {
  for (const beacon of [full, beaconOf(said, facts([6, 7]), "changes")]) {
    const body = { type: "Beacon", plaintext: beacon } as const;
    const flags = beacon.isFull ? EnvelopeFlag.FullBeacon : 0;
    expect(decodeBody({ kind: EnvelopeKind.Beacon, flags }, encodeBody(body))).toEqual({
      ok: true,
      value: body,
    });
  }
});

test("what was said comes back from the store as it was, or is refused where it is damaged", () => {
  for (const one of [noBeacons, said])
    expect(decodeBeaconsSaid(encodeBeaconsSaid(one))).toEqual({ ok: true, value: one });
  const bytes = encodeBeaconsSaid(said);
  const damaged = Array.from(bytes, (_, at) => bytes.subarray(0, at));
  expect(damaged.filter((one) => decodeBeaconsSaid(one).ok)).toEqual([]);
});
