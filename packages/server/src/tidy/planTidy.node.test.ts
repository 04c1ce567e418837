import { EnvelopeKind } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import type { BodyPlace } from "../ports/tidyStore.ts";

import {
  attestOf,
  chainOf,
  checkpointOf,
  dayMs,
  factsOf,
  markOf,
  nowMs,
  says,
  type SomeFacts,
  standing,
} from "../testing/tidyFacts.ts";
import { fateOf, planTidy, type TidyPlan } from "./planTidy.ts";
import type { AttestFacts, CheckpointFacts } from "./vaultFacts.ts";

const twoWeeksMs = 14 * dayMs;

const bodyAt = (chain: number, seq: number, changed: Partial<BodyPlace> = {}): BodyPlace => ({
  position: chain * 1_000 + seq,
  chain: chainOf(chain),
  seq,
  kind: EnvelopeKind.Data,
  byteLength: 305,
  trashedAtMs: undefined,
  ...changed,
});

/** In chain 1 at that seq; user 2 vouches in chain 2 at the same seq. */
const vouched = (
  seq: number,
  coverage: Readonly<Record<number, number>>,
  changed: Partial<CheckpointFacts> = {},
): { readonly checkpoint: CheckpointFacts; readonly attest: AttestFacts } => ({
  checkpoint: checkpointOf({
    position: 1_000 + seq,
    mark: markOf(1, seq),
    says: says(coverage),
    ...changed,
  }),
  attest: attestOf({ position: 2_000 + seq, mark: markOf(2, seq), checkpoint: markOf(1, seq).id }),
});

const planOf = (
  checkpoints: readonly ReturnType<typeof vouched>[],
  facts: SomeFacts = {},
): TidyPlan =>
  planTidy(
    factsOf({
      checkpoints: checkpoints.map(({ checkpoint }) => checkpoint),
      attests: checkpoints.map(({ attest }) => attest),
      ...facts,
    }),
  ).plan;

const checkpointAt = (seq: number): BodyPlace => bodyAt(1, seq, { kind: EnvelopeKind.Checkpoint });

/** Which of the checkpoints at these seqs of chain 1 go. */
const droppedOf = (plan: TidyPlan, seqs: readonly number[]): readonly number[] =>
  seqs.filter((seq) => fateOf(plan, checkpointAt(seq), nowMs) === "trash");

describe("behind a checkpoint that counts", () => {
  const plan = planOf([vouched(20, { 1: 19, 2: 10 })]);

  test("bodies go up to what it covers, chain by chain, and nothing else does", () => {
    expect(fateOf(plan, bodyAt(1, 19), nowMs)).toBe("trash");
    expect(fateOf(plan, bodyAt(1, 20), nowMs)).toBe("stays");
    expect(fateOf(plan, bodyAt(2, 10), nowMs)).toBe("trash");
    expect(fateOf(plan, bodyAt(2, 11), nowMs)).toBe("stays");
  });

  test("a chain that it does not name keeps everything, however old", () => {
    expect(fateOf(plan, bodyAt(3, 1, { position: 1 }), nowMs)).toBe("stays");
    expect(fateOf(plan, bodyAt(3, 2, { position: 2 }), nowMs)).toBe("stays");
  });

  test("an OPEN never goes", () => {
    expect(fateOf(plan, bodyAt(1, 1, { kind: EnvelopeKind.Open }), nowMs)).toBe("stays");
    expect(fateOf(plan, bodyAt(1, 1), nowMs)).toBe("trash");
  });

  test.each([EnvelopeKind.Data, EnvelopeKind.Beacon, EnvelopeKind.Attest, EnvelopeKind.Checkpoint])(
    "kind %i goes",
    (kind) => {
      expect(fateOf(plan, bodyAt(1, 5, { kind }), nowMs)).toBe("trash");
    },
  );
});

test.each<[string, SomeFacts]>([
  ["waits", { attests: [] }],
  ["is blocked", { attests: [attestOf({ isOk: false })] }],
  ["is void", { attests: [attestOf()], standings: { 2: standing.cutAt(2, 9) } }],
])("behind one that %s nothing goes, and what is in the trash comes back", (_, facts) => {
  const { plan } = planTidy(factsOf(facts));
  expect(fateOf(plan, bodyAt(1, 19), nowMs)).toBe("stays");
  const trashed = bodyAt(1, 19, { trashedAtMs: nowMs - 1 });
  expect(fateOf(plan, trashed, nowMs)).toBe("restore");
  const over = bodyAt(1, 19, { trashedAtMs: nowMs - 2 * twoWeeksMs });
  expect(fateOf(plan, over, nowMs)).toBe("restore");
});

describe("the trash", () => {
  const plan = planOf([vouched(20, { 1: 19, 2: 10 })]);
  const trashed = (ageMs: number) => bodyAt(1, 19, { trashedAtMs: nowMs - ageMs });

  test("keeps a body for 14 days, and gives it up then", () => {
    expect(fateOf(plan, trashed(0), nowMs)).toBe("stays");
    expect(fateOf(plan, trashed(twoWeeksMs - 1), nowMs)).toBe("stays");
    expect(fateOf(plan, trashed(twoWeeksMs), nowMs)).toBe("remove");
  });

  test("gives back what only a void checkpoint covered, and keeps what another one covers", () => {
    const removed = vouched(25, { 1: 24, 2: 12, 3: 9 });
    const both = [vouched(20, { 1: 19, 2: 10 }), removed];
    const before = planOf(both);
    const after = planOf(both, { standings: { 3: standing.cutAt(3, 5) } });
    for (const body of [bodyAt(1, 24), bodyAt(2, 12), bodyAt(3, 3)]) {
      expect(fateOf(before, body, nowMs)).toBe("trash");
      const inTrash = { ...body, trashedAtMs: nowMs - dayMs };
      expect(fateOf(after, inTrash, nowMs)).toBe("restore");
    }
    const stillCovered = bodyAt(1, 19, { trashedAtMs: nowMs - dayMs });
    expect(fateOf(after, stillCovered, nowMs)).toBe("stays");
  });
});

describe("of checkpoints themselves", () => {
  const three = [
    vouched(10, { 1: 9, 2: 5 }),
    vouched(20, { 1: 19, 2: 10 }),
    vouched(29, { 1: 28, 2: 20 }),
  ];

  test("the two newest that count stay, and those before them go", () => {
    expect(droppedOf(planOf(three), [10, 20, 29])).toEqual([10]);
    expect(droppedOf(planOf(three.slice(0, 2)), [10, 20])).toEqual([]);
  });

  test("newest is said by the order in which they were stored", () => {
    const late = vouched(10, { 1: 28, 2: 5 }, { position: 9_999 });
    const moved = [...three.slice(1), late];
    expect(
      [{ ...checkpointAt(10), position: 9_999 }, checkpointAt(20), checkpointAt(29)].map((body) =>
        fateOf(planOf(moved), body, nowMs),
      ),
    ).toEqual(["stays", "trash", "stays"]);
  });

  test.each<[string, SomeFacts]>([
    ["waits", { attests: three.slice(0, 2).map(({ attest }) => attest) }],
    [
      "is void",
      {
        standings: { 2: standing.cutAt(2, 10) },
        attests: three.map((v) => ({ ...v.attest, mark: markOf(3, 4) })),
      },
    ],
  ])("one that %s does not count among the two", (_, facts) => {
    expect(droppedOf(planOf(three, facts), [10, 20])).toEqual([]);
    expect(droppedOf(planOf(three), [10, 20])).toEqual([10]);
  });

  test("one goes only where its own place is covered", () => {
    const newest = vouched(29, { 1: 9, 2: 20 });
    const covering = [vouched(10, { 1: 9 }), vouched(20, { 1: 10, 2: 10 }), newest];
    const shorter = [vouched(10, { 1: 9 }), vouched(20, { 1: 9, 2: 10 }), newest];
    expect(droppedOf(planOf(covering), [10])).toEqual([10]);
    expect(droppedOf(planOf(shorter), [10])).toEqual([]);
  });

  test("one that says of a chain what no newer one says stays, and its chain stays dropped", () => {
    const only = vouched(10, { 1: 9, 2: 5, 3: 8 });
    const plan = planOf([only, ...three.slice(1)]);
    expect(droppedOf(plan, [10, 20, 29])).toEqual([]);
    expect(fateOf(plan, bodyAt(3, 8), nowMs)).toBe("trash");
    const covering = planOf([only, vouched(20, { 1: 19, 3: 8 }), ...three.slice(2)]);
    expect(droppedOf(covering, [10, 20, 29])).toEqual([10]);
  });

  test("one that does not count yet stays as long as it says what no other says", () => {
    const waiting = vouched(10, { 1: 9, 3: 8 });
    const attests = three.slice(1).map(({ attest }) => attest);
    expect(droppedOf(planOf([waiting, ...three.slice(1)], { attests }), [10])).toEqual([]);
    expect(droppedOf(planOf(three, { attests }), [10])).toEqual([10]);
  });

  test("what a void one says past a cut keeps nothing", () => {
    const voided = vouched(10, { 1: 9, 3: 8 });
    const cut = { standings: { 3: standing.cutAt(3, 2) } };
    const covering = [voided, vouched(20, { 1: 19, 3: 2 }), vouched(29, { 1: 28, 2: 20 })];
    expect(droppedOf(planOf(covering, cut), [10])).toEqual([10]);
    const short = [voided, vouched(20, { 1: 19, 3: 1 }), vouched(29, { 1: 28, 2: 20 })];
    expect(droppedOf(planOf(short, cut), [10])).toEqual([]);
  });

  test("one of a newer format stays until a newer program reads it", () => {
    const newer = vouched(10, {}, { says: { kind: "newer format" } });
    const unreadable = vouched(10, {}, { says: { kind: "unreadable" } });
    expect(droppedOf(planOf([newer, ...three.slice(1)]), [10])).toEqual([]);
    expect(droppedOf(planOf([unreadable, ...three.slice(1)]), [10])).toEqual([10]);
  });

  test("those that were too many to read stay where they are, and count for nothing", () => {
    const plan = planOf(three.slice(1), { unreadBefore: 1_020 });
    const unread = { ...checkpointAt(10), position: 1_010 };
    expect(fateOf(plan, unread, nowMs)).toBe("stays");
    const trashed = { ...unread, trashedAtMs: nowMs - 2 * twoWeeksMs };
    expect(fateOf(plan, trashed, nowMs)).toBe("stays");
    expect(fateOf(plan, { ...trashed, kind: EnvelopeKind.Data }, nowMs)).toBe("remove");
    const allRead = planOf(three.slice(1));
    expect(fateOf(allRead, trashed, nowMs)).toBe("remove");
  });

  test("verdicts on one that stays stay with it, and go with it", () => {
    const attestAt = (seq: number) =>
      bodyAt(2, seq, { position: 2_000 + seq, kind: EnvelopeKind.Attest });
    const plan = planOf(three);
    expect(fateOf(plan, attestAt(20), nowMs)).toBe("stays");
    expect(fateOf(plan, attestAt(10), nowMs)).toBe("trash");
  });
});

describe("a purge", () => {
  const before = [vouched(10, { 1: 9, 2: 5 }), vouched(15, { 1: 14, 2: 5 })];
  const purge = vouched(20, { 1: 14, 2: 10 }, { isPurge: true });

  test("drops all before it as soon as it counts, covered or not; another one keeps the one before", () => {
    expect(droppedOf(planOf([...before, purge]), [10, 15, 20])).toEqual([10, 15]);
    const plain = vouched(20, { 1: 14, 2: 10 });
    expect(droppedOf(planOf([...before, plain]), [10, 15, 20])).toEqual([10]);
  });

  test("drops nothing before it counts", () => {
    const three = [10, 15, 18].map((seq) => vouched(seq, { 1: 9 }));
    const all = [...three, vouched(20, { 1: 9 }, { isPurge: true })];
    const attests = three.map(({ attest }) => attest);
    expect(droppedOf(planOf(all, { attests }), [10, 15, 18, 20])).toEqual([]);
    expect(droppedOf(planOf(all), [10, 15, 18, 20])).toEqual([10, 15, 18]);
  });

  test("drops one before it that does not count", () => {
    const attests = [purge, before[0]].flatMap((v) => (v === undefined ? [] : [v.attest]));
    expect(droppedOf(planOf([...before, purge], { attests }), [10, 15])).toEqual([10, 15]);
  });

  test("stays, with the newest, when another follows", () => {
    const next = vouched(29, { 1: 28, 2: 20 });
    expect(droppedOf(planOf([...before, purge, next]), [10, 15, 20, 29])).toEqual([10, 15]);
  });

  test("leaves one that says what it does not say itself", () => {
    const further = vouched(15, { 1: 14, 2: 11 });
    expect(droppedOf(planOf([further, purge]), [15, 20])).toEqual([]);
    const within = vouched(15, { 1: 14, 2: 10 });
    expect(droppedOf(planOf([within, purge]), [15, 20])).toEqual([15]);
  });
});

describe("beacons", () => {
  const plan = planOf([], { fullBeacons: new Map([[chainOf(1), 10]]) });
  const beacon = (chain: number, seq: number) => bodyAt(chain, seq, { kind: EnvelopeKind.Beacon });

  test("go when a full one of their chain stands behind them", () => {
    expect(fateOf(plan, beacon(1, 9), nowMs)).toBe("trash");
    expect(fateOf(plan, beacon(1, 10), nowMs)).toBe("stays");
    expect(fateOf(plan, beacon(1, 11), nowMs)).toBe("stays");
    expect(fateOf(plan, beacon(2, 9), nowMs)).toBe("stays");
  });

  test("take nothing else along", () => {
    expect(fateOf(plan, bodyAt(1, 9), nowMs)).toBe("stays");
    expect(fateOf(plan, bodyAt(1, 9, { kind: EnvelopeKind.Attest }), nowMs)).toBe("stays");
  });

  test("go through the trash", () => {
    const trashed = (ageMs: number) => ({ ...beacon(1, 9), trashedAtMs: nowMs - ageMs });
    expect(fateOf(plan, trashed(twoWeeksMs - 1), nowMs)).toBe("stays");
    expect(fateOf(plan, trashed(twoWeeksMs), nowMs)).toBe("remove");
    const none = planOf([]);
    expect(fateOf(none, trashed(twoWeeksMs), nowMs)).toBe("restore");
  });
});
