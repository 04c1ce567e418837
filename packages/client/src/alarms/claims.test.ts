import { describe, expect, test } from "vitest";
import type { Alarm } from "./alarms.ts";
import { claimCountMax } from "./boundClaims.ts";
import { addClaims, addRelayHeads, settleClaims } from "./chainClaims.ts";
import {
  type Claims,
  forgetClaims,
  type KnownChains,
  noClaims,
  type Reach,
  tickClaims,
} from "./claims.ts";
import { decodeClaims, encodeClaims } from "./claimsCodec.ts";
import { addLogClaims, addNamedRecord, settleLogClaims } from "./logClaims.ts";
import {
  aVault,
  chainOf,
  deviceNumber,
  envelopeAt,
  identityLog,
  oneOfEach,
  recordAt,
  vaultLog,
} from "./testing/aliases.ts";
import { claimant, knownChains, knownLogs, says } from "./testing/known.ts";
import { isWithheld, withheld, withholdingGraceMs } from "./withheld.ts";

const live: Reach = { kind: "live" };

/** As a client ticks: every ten seconds, with no more than that between. */
const after = (claims: Claims, elapsedMs: number, reach: Reach = live): Claims => {
  let next = tickClaims(claims, reach, 0);
  for (let nowMs = 10_000; nowMs < elapsedMs; nowMs += 10_000)
    next = tickClaims(next, reach, nowMs);
  return tickClaims(next, reach, elapsedMs);
};

const overdueMs = withholdingGraceMs + 1;

const found = (claims: Claims, known: KnownChains, logIndex = 0): readonly Alarm[] =>
  withheld({
    claims,
    known,
    logs: knownLogs(logIndex),
    offeredSeq: (chain) => (chain === chainOf(1) ? 40 : 0),
  });

/** We have chain 1 up to 40; chain 2 says that it stands at 50. */
const known = knownChains({ held: { 1: 40, 2: 9, 3: 9 } });
const claimed = addClaims(noClaims, claimant(2, 10), [says(1, 50)], known).claims;

describe("a chain that somebody says stands further", () => {
  test("is withheld once the grace is over, with who says so and the numbers", () => {
    expect(found(after(claimed, overdueMs), known)).toEqual([
      {
        type: "Withholding",
        vault: aVault,
        chain: chainOf(1),
        device: deviceNumber(1),
        claimant: deviceNumber(2),
        claimantCount: 1,
        claimedSeq: 50,
        heldSeq: 40,
        relaySeq: 40,
      },
    ]);
  });

  test("is late, and nothing more, within the grace", () => {
    expect(found(after(claimed, withholdingGraceMs), known)).toEqual([]);
  });

  test("is told once for several who say it, with the furthest", () => {
    const both = addClaims(claimed, claimant(3, 10), [says(1, 55)], known).claims;
    expect(found(after(both, overdueMs), known)).toMatchObject([
      { claimant: deviceNumber(3), claimantCount: 2, claimedSeq: 55 },
    ]);
  });

  test("is told although none of its envelopes is here", () => {
    const { claims } = addClaims(noClaims, claimant(2, 10), [says(63, 1)], known);
    expect(found(after(claims, overdueMs), known)).toMatchObject([{ heldSeq: 0, claimedSeq: 1 }]);
  });

  const silent: readonly { readonly why: string; readonly now: KnownChains }[] = [
    { why: "it came", now: knownChains({ held: { 1: 50, 2: 10 } }) },
    {
      why: "it came and waits for a key",
      now: knownChains({ held: { 1: 50, 2: 10 }, read: { 1: 40 } }),
    },
    { why: "it is cut before", now: knownChains({ held: { 1: 40, 2: 10 }, limits: { 1: 40 } }) },
  ];
  test.each(silent)("is not withheld when $why", ({ now }) => {
    const settled = settleClaims(claimed, [chainOf(1)], now);
    expect(settled.alarms).toEqual([]);
    expect(found(after(settled.claims, overdueMs), now)).toEqual([]);
  });

  test("is not withheld from the moment it is cut, before anything else is looked at", () => {
    const now = knownChains({ held: { 1: 40, 2: 10 }, limits: { 1: 40 } });
    expect(found(after(claimed, overdueMs), now)).toEqual([]);
  });

  test("counts no further than its cut", () => {
    const now = knownChains({ held: { 1: 40, 2: 10 }, limits: { 1: 45 } });
    expect(found(after(claimed, overdueMs), now)).toMatchObject([{ claimedSeq: 45 }]);
  });

  test("keeps its time while the claim grows and nothing comes", () => {
    let claims = claimed;
    for (let seq = 51; seq < 60; seq += 1)
      claims = addClaims(after(claims, 20_000), claimant(2, seq), [says(1, seq)], known).claims;
    expect(found(claims, known)).toMatchObject([{ claimedSeq: 59 }]);
  });

  test("begins a new time when what was said first came and more was said since", () => {
    const more = addClaims(after(claimed, 100_000), claimant(2, 11), [says(1, 60)], known).claims;
    const now = knownChains({ held: { 1: 50, 2: 11 } });
    const { claims } = settleClaims(more, [chainOf(1)], now);
    expect(found(after(claims, 100_000), now)).toEqual([]);
    expect(found(after(claims, overdueMs), now)).toMatchObject([{ claimedSeq: 60, heldSeq: 50 }]);
  });

  test("is no longer claimed by what its claimant says behind its own cut", () => {
    expect(found(after(forgetClaims(claimed, chainOf(2), 10), overdueMs), known)).toEqual([]);
    expect(found(after(forgetClaims(claimed, chainOf(2), 11), overdueMs), known)).toHaveLength(1);
  });

  test("is withheld when the relay itself lists it and does not hand it out", () => {
    const claims = addRelayHeads(noClaims, [says(1, 44)], known);
    expect(found(after(claims, overdueMs), known)).toMatchObject([
      { claimant: undefined, claimedSeq: 44 },
    ]);
    const came = knownChains({ held: { 1: 44 } });
    const settled = settleClaims(claims, [chainOf(1)], came).claims;
    expect(found(after(settled, overdueMs), came)).toEqual([]);
  });

  test("keeps its time over a new connection on which the relay lists it again", () => {
    const first = after(addRelayHeads(noClaims, [says(1, 44)], known), 100_000);
    const again = addRelayHeads(first, [says(1, 46)], known);
    expect(found(after(again, 30_000), known)).toMatchObject([{ claimedSeq: 46 }]);
    const lower = addRelayHeads(first, [says(1, 42)], known);
    expect(found(after(lower, 30_000), known)).toMatchObject([{ claimedSeq: 42 }]);
    const came = knownChains({ held: { 1: 42 } });
    expect(found(after(lower, 30_000), came)).toEqual([]);
  });
});

describe("the grace", () => {
  test("runs on over connections that are cut short", () => {
    let claims = claimed;
    for (let round = 0; round < 5; round += 1) {
      claims = after(claims, 30_000);
      claims = tickClaims(claims, { kind: "away" }, 30_000);
    }
    expect(found(claims, known)).toHaveLength(1);
  });

  test("does not run while nobody could deliver, nor while the machine slept", () => {
    const away = after(claimed, 10 * overdueMs, { kind: "away" });
    expect(found(away, known)).toEqual([]);
    const slept = tickClaims(tickClaims(claimed, live, 0), live, 8 * 3_600_000);
    expect(found(slept, known)).toEqual([]);
    const backwards = tickClaims(tickClaims(claimed, live, 8 * 3_600_000), live, 0);
    expect(backwards.connectedMs).toBe(0);
  });

  test("does not run while pages come, and runs when they stop coming", () => {
    let claims = claimed;
    for (let nowMs = 0; nowMs < 10 * overdueMs; nowMs += 10_000)
      claims = tickClaims(claims, { kind: "catchingUp", progressAtMs: nowMs - 5_000 }, nowMs);
    expect(found(claims, known)).toEqual([]);
    const stalled = after(claims, 2 * overdueMs, { kind: "catchingUp", progressAtMs: 0 });
    expect(found(stalled, known)).toHaveLength(1);
  });

  test("outlives a restart", () => {
    const kept = decodeClaims(encodeClaims(after(claimed, 100_000)));
    expect(kept.ok && found(after(kept.value, 30_000), known)).toHaveLength(1);
  });
});

describe("a claim that the chain's own author contradicts", () => {
  const mismatch = {
    type: "ClaimMismatch",
    vault: aVault,
    chain: chainOf(1),
    device: deviceNumber(1),
    claimant: deviceNumber(2),
    claimantChain: chainOf(2),
    claimedSeq: 50,
    ownSeq: 41,
  };
  /** Chain 1 stands at 41 and has read chain 2 up to 10, where 50 was claimed of it. */
  const later = claimant(1, 41);
  const now = knownChains({ held: { 1: 41, 2: 10 } });

  test("marks the claimant, and withholding is not claimed any more", () => {
    const { claims, alarms } = addClaims(claimed, later, [says(2, 10)], now);
    expect(alarms).toEqual([mismatch]);
    expect(found(after(claims, overdueMs), now)).toEqual([]);
  });

  test("marks the claimant when the author's word came first, too", () => {
    const unread = knownChains({ held: { 1: 41, 2: 9 } });
    const first = addClaims(noClaims, later, [says(2, 10)], unread).claims;
    const { claims, alarms } = addClaims(first, claimant(2, 10), [says(1, 50)], now);
    expect(alarms).toEqual([mismatch]);
    expect(found(after(claims, overdueMs), now)).toEqual([]);
  });

  test("is not one when what the author had read ends before the claim", () => {
    const unread = knownChains({ held: { 1: 41, 2: 8 } });
    const first = addClaims(noClaims, later, [says(2, 9)], unread).claims;
    const { claims, alarms } = addClaims(first, claimant(2, 10), [says(1, 50)], now);
    expect(alarms).toEqual([]);
    expect(found(after(claims, overdueMs), now)).toHaveLength(1);
  });

  test("is told once, and a further claim of the same two is not believed either", () => {
    const { claims } = addClaims(claimed, later, [says(2, 10)], now);
    const again = addClaims(claims, claimant(1, 42), [says(2, 10)], now);
    expect(again.alarms).toEqual([]);
    const further = addClaims(again.claims, claimant(2, 11), [says(1, 70)], now);
    expect(further.alarms).toEqual([]);
    expect(found(after(further.claims, overdueMs), now)).toEqual([]);
  });

  test("stands for itself: of other chains the claimant is heard", () => {
    const both = addClaims(claimed, claimant(2, 11), [says(3, 20)], known).claims;
    const { claims } = addClaims(both, later, [says(2, 10)], now);
    expect(found(after(claims, overdueMs), now)).toMatchObject([{ chain: chainOf(3) }]);
  });

  test("is not one when the author had not read it yet", () => {
    const { claims, alarms } = addClaims(claimed, later, [says(2, 9)], now);
    expect(alarms).toEqual([]);
    expect(found(after(claims, overdueMs), now)).toHaveLength(1);
  });

  test("is not one when the author stood there", () => {
    const at = knownChains({ held: { 1: 51, 2: 10 }, read: { 1: 40, 2: 9 } });
    expect(addClaims(claimed, claimant(1, 51), [says(2, 10)], at).alarms).toEqual([]);
  });
});

describe("a claim under another id", () => {
  const other = {
    type: "Equivocation",
    vault: aVault,
    chain: chainOf(1),
    device: deviceNumber(1),
    seq: 40,
    evidence: "claim",
    claimant: deviceNumber(2),
  };

  test("than the envelope that is here is a reason to look", () => {
    expect(addClaims(noClaims, claimant(2, 10), [says(1, 40, 1)], known).alarms).toEqual([other]);
    expect(addClaims(noClaims, claimant(2, 10), [says(1, 40)], known).alarms).toEqual([]);
  });

  test("is found when the envelope comes after the claim", () => {
    const { claims } = addClaims(noClaims, claimant(2, 10), [says(1, 50, 1)], known);
    const now = knownChains({ held: { 1: 50, 2: 10 } });
    expect(settleClaims(claims, [chainOf(1)], now).alarms).toEqual([{ ...other, seq: 50 }]);
    expect(settleClaims(claimed, [chainOf(1)], now).alarms).toEqual([]);
  });

  test("is not looked for where only a number is said", () => {
    const seen = { chain: chainOf(1), seq: 40 };
    expect(addClaims(noClaims, claimant(2, 10), [seen], known).alarms).toEqual([]);
  });
});

describe("a record of a log", () => {
  test("that the head of an envelope names, and that does not come, is withheld", () => {
    const named = { log: vaultLog, id: recordAt(7) };
    const claims = addNamedRecord(noClaims, claimant(2, 10), named, knownLogs(6));
    expect(found(after(claims, overdueMs), known, 6)).toEqual([
      {
        type: "LogWithheld",
        log: vaultLog,
        record: recordAt(7),
        claimedIndex: undefined,
        heldIndex: 6,
        claimant: deviceNumber(2),
        evidence: "head",
      },
    ]);
    const came = settleLogClaims(claims, vaultLog, knownLogs(7));
    expect(came.alarms).toEqual([]);
    expect(found(after(came.claims, overdueMs), known, 7)).toEqual([]);
  });

  test("that is here is nothing to wait for", () => {
    const named = { log: vaultLog, id: recordAt(6) };
    expect(addNamedRecord(noClaims, claimant(2, 10), named, knownLogs(6))).toBe(noClaims);
  });

  test("that a beacon lists further than it is here is withheld after the grace", () => {
    const said = [{ log: identityLog(1), index: 9, id: recordAt(9) }];
    const { claims } = addLogClaims(noClaims, claimant(2, 10), said, knownLogs(6));
    expect(found(after(claims, withholdingGraceMs), known, 6)).toEqual([]);
    expect(found(after(claims, overdueMs), known, 6)).toMatchObject([
      { log: identityLog(1), claimedIndex: 9, heldIndex: 6, evidence: "beacon" },
    ]);
    const came = settleLogClaims(claims, identityLog(1), knownLogs(9)).claims;
    expect(found(after(came, overdueMs), known, 9)).toEqual([]);
  });

  test("is told by a head before a beacon, and once for each log", () => {
    const said = [{ log: vaultLog, index: 9, id: recordAt(9) }];
    const { claims } = addLogClaims(noClaims, claimant(2, 10), said, knownLogs(6));
    const named = { log: vaultLog, id: recordAt(7) };
    const both = addNamedRecord(claims, claimant(3, 10), named, knownLogs(6));
    expect(found(after(both, overdueMs), known, 6)).toMatchObject([{ evidence: "head" }]);
  });

  test("that a beacon lists under another id than ours is a fork, now or when it comes", () => {
    const fork = { type: "LogForked", log: vaultLog, evidence: "claim", claimant: deviceNumber(2) };
    const at = (index: number) => [{ log: vaultLog, index, id: recordAt(index, 1) }];
    expect(addLogClaims(noClaims, claimant(2, 10), at(5), knownLogs(6)).alarms).toEqual([
      { ...fork, index: 5, ours: recordAt(5), theirs: recordAt(5, 1) },
    ]);
    const { claims } = addLogClaims(noClaims, claimant(2, 10), at(8), knownLogs(6));
    expect(settleLogClaims(claims, vaultLog, knownLogs(8)).alarms).toMatchObject([{ index: 8 }]);
  });

  test("that is behind ours and the same is an older beacon", () => {
    const said = [{ log: vaultLog, index: 3, id: recordAt(3) }];
    expect(addLogClaims(noClaims, claimant(2, 10), said, knownLogs(6))).toEqual({
      claims: noClaims,
      alarms: [],
    });
  });
});

describe("however much is claimed", () => {
  const vector = (from: number) =>
    Array.from({ length: 4_096 }, (_, at) => ({ chain: chainOf(from + at), seq: 9 }));
  const flooded = [0, 1, 2, 3, 4, 5].reduce(
    (claims, round) =>
      addClaims(claims, { ...claimant(3, 10), chain: chainOf(50_000 + round) }, vector(100), known)
        .claims,
    claimed,
  );

  test("no more than the limit is kept", () => {
    const sizes = [...flooded.byClaimant.values()].map(({ chains }) => chains.size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(claimCountMax);
  });

  test("what the others say is kept", () => {
    expect(found(after(flooded, overdueMs), known)).toContainEqual(
      expect.objectContaining({ chain: chainOf(1), claimant: deviceNumber(2) }),
    );
  });

  test("it comes back from the store as it was", () => {
    const kept = decodeClaims(encodeClaims(flooded));
    expect(kept).toEqual({ ok: true, value: flooded });
  });
});

describe("kept claims", () => {
  const refuted = addClaims(claimed, claimant(1, 41), [says(2, 10)], known).claims;
  const full = addLogClaims(
    addNamedRecord(
      addClaims(refuted, claimant(3, 4), [{ chain: chainOf(1), seq: 44 }], known).claims,
      claimant(3, 4),
      { log: vaultLog, id: recordAt(7) },
      knownLogs(6),
    ),
    claimant(3, 4),
    [{ log: identityLog(1), index: 9, id: recordAt(9) }],
    knownLogs(6),
  ).claims;

  test("come back as they were, but for what belongs to the connection", () => {
    const running = addRelayHeads(after(full, 5_000), [says(1, 60)], known);
    expect(decodeClaims(encodeClaims(running))).toEqual({
      ok: true,
      value: { ...full, connectedMs: 5_000 },
    });
  });

  test("that are cut short anywhere, or have a byte behind them, are refused", () => {
    const bytes = encodeClaims(full);
    const damaged = [
      ...Array.from(bytes, (_, at) => bytes.subarray(0, at)),
      Uint8Array.of(...bytes, 0),
    ];
    expect(damaged.filter((one) => decodeClaims(one).ok)).toEqual([]);
  });
});

test("what is met already is not kept, and the same claim again changes nothing", () => {
  const met = addClaims(noClaims, claimant(2, 10), [says(1, 40), says(3, 9)], known);
  expect(met).toEqual({ claims: noClaims, alarms: [] });
  expect(addClaims(claimed, claimant(2, 11), [says(1, 50)], known).claims).toEqual(claimed);
  expect(settleClaims(claimed, [chainOf(1), chainOf(2)], known).claims).toBe(claimed);
});

test("the next judgement heals what the one before found, and nothing else", () => {
  const types = Object.values(oneOfEach)
    .filter(isWithheld)
    .map(({ type }) => type);
  expect(types).toEqual(["Withholding", "LogWithheld"]);
});

test("what a chain says of itself is no claim", () => {
  const self = [{ chain: chainOf(2), seq: 99, id: envelopeAt(2, 99) }];
  expect(addClaims(noClaims, claimant(2, 10), self, known).claims).toBe(noClaims);
});
