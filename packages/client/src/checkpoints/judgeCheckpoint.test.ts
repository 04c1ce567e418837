import { describe, expect, test } from "vitest";
import {
  attestOf,
  checkpointOf,
  dayMs,
  deviceOf,
  factsOf,
  markOf,
  nowMs,
  says,
  type SomeFacts,
  standing,
  userOf,
  vectorOf,
} from "./testing/judgingFacts.ts";
import type { CheckpointFacts } from "./checkpointFacts.ts";
import { judgeCheckpoint } from "./judgeCheckpoint.ts";

const judge = (facts: SomeFacts, checkpoint: Partial<CheckpointFacts> = {}) =>
  judgeCheckpoint(factsOf(facts), checkpointOf(checkpoint));

const ok = attestOf();
const mismatch = attestOf({ isOk: false });
const ownOther = attestOf({ user: userOf(1), device: deviceOf(11), mark: markOf(3, 5) });
const ownSame = attestOf({ user: userOf(1), device: deviceOf(1), mark: markOf(1, 21) });
const alone = { 1: nowMs - dayMs };
const monthMs = 30 * dayMs;

describe("who may vouch for a checkpoint", () => {
  test.each<[string, SomeFacts, string]>([
    ["nobody has said anything, while another writes", {}, "waiting"],
    ["another user's device said ok", { attests: [ok] }, "counts"],
    [
      "another user said ok to another checkpoint",
      { attests: [attestOf({ checkpoint: markOf(3, 3).id })] },
      "waiting",
    ],
    ["its own device said ok", { attests: [ownSame] }, "waiting"],
    ["its own user said ok, while another may write", { attests: [ownOther] }, "waiting"],
    [
      "its own user said ok, while another may write and has been silent for a month",
      { attests: [ownOther], heardAtMs: { ...alone, 2: nowMs - monthMs } },
      "waiting",
    ],
    [
      "its own user said ok, while another may write and never did",
      { attests: [ownOther], heardAtMs: { ...alone, 2: undefined } },
      "waiting",
    ],
    [
      "another device of its user said ok, where nobody else may write",
      { attests: [ownOther], heardAtMs: alone },
      "counts",
    ],
    [
      "its own device said ok, where nobody else may write",
      { attests: [ownSame], heardAtMs: alone },
      "waiting",
    ],
    [
      "another device of its user said ok, who may no longer write",
      { attests: [ownOther], heardAtMs: { 2: nowMs - dayMs } },
      "waiting",
    ],
  ])("%s", (_, facts, expected) => {
    expect(judge(facts)).toBe(expected);
  });

  test("a verdict counts up to the cut of its chain, and not past it", () => {
    const cutAt = (seq: number) => ({ attests: [ok], standings: { 2: standing.cutAt(2, seq) } });
    expect(judge(cutAt(15))).toBe("counts");
    expect(judge(cutAt(14))).toBe("waiting");
  });

  test("a verdict that stands behind a void envelope is none", () => {
    expect(judge({ attests: [ok], voidAt: { 2: 16 } })).toBe("counts");
    expect(judge({ attests: [ok], voidAt: { 2: 15 } })).toBe("waiting");
    expect(judge({ attests: [mismatch], voidAt: { 2: 15 } })).toBe("waiting");
  });

  test("a verdict of a chain that never counts, or cannot be told yet, is none", () => {
    const facts = { attests: [attestOf({ mark: markOf(3, 4) })] };
    expect(judge(facts)).toBe("counts");
    expect(judge({ ...facts, standings: { 3: standing.never } })).toBe("waiting");
    expect(judge({ ...facts, standings: { 3: standing.held } })).toBe("waiting");
  });
});

describe("a mismatch", () => {
  test("of an active writer blocks, whoever said ok", () => {
    expect(judge({ attests: [mismatch] })).toBe("blocked");
    const third = attestOf({ user: userOf(3), device: deviceOf(3), mark: markOf(3, 9) });
    expect(judge({ attests: [third, mismatch] })).toBe("blocked");
    expect(judge({ attests: [third] })).toBe("counts");
  });

  test("of the author's own other device blocks", () => {
    expect(judge({ attests: [{ ...ownOther, isOk: false }], heardAtMs: alone })).toBe("blocked");
  });

  test("blocks as long as its writer is active: 30 days", () => {
    const third = attestOf({ user: userOf(3), device: deviceOf(3), mark: markOf(3, 9) });
    const after = (ageMs: number) =>
      judge({
        attests: [third, mismatch],
        heardAtMs: { ...alone, 2: nowMs - ageMs, 3: nowMs },
      });
    expect(after(monthMs - 1)).toBe("blocked");
    expect(after(monthMs)).toBe("counts");
  });

  test("of somebody who may not write any more, or past their cut, blocks nothing", () => {
    const third = attestOf({ user: userOf(3), device: deviceOf(3), mark: markOf(3, 9) });
    const attests = [third, mismatch];
    expect(judge({ attests, heardAtMs: { ...alone, 3: nowMs } })).toBe("counts");
    expect(judge({ attests, standings: { 2: standing.cutAt(2, 14) } })).toBe("counts");
    expect(judge({ attests, standings: { 2: standing.cutAt(2, 15) } })).toBe("blocked");
  });

  test("that blocks nothing any more vouches for nothing either", () => {
    const heardAtMs = { ...alone, 2: nowMs - monthMs };
    expect(judge({ attests: [mismatch], heardAtMs })).toBe("waiting");
    expect(judge({ attests: [ok], heardAtMs })).toBe("counts");
  });

  test("about another checkpoint blocks nothing", () => {
    const other = { ...mismatch, checkpoint: markOf(3, 3).id };
    expect(judge({ attests: [ok, other] })).toBe("counts");
  });
});

describe("where nobody is there to say anything", () => {
  test("30 days take the place of a verdict", () => {
    const aged = (ageMs: number) => judge({ heardAtMs: alone }, { storedAtMs: nowMs - ageMs });
    expect(aged(monthMs)).toBe("counts");
    expect(aged(monthMs - 1)).toBe("waiting");
  });

  test("30 days do so only while no other writer is active", () => {
    const old = { storedAtMs: nowMs - 2 * monthMs };
    const other = (ageMs: number) => judge({ heardAtMs: { ...alone, 2: nowMs - ageMs } }, old);
    expect(other(monthMs)).toBe("counts");
    expect(other(monthMs - 1)).toBe("waiting");
    expect(judge({ heardAtMs: { ...alone, 2: undefined } }, old)).toBe("counts");
  });

  test("the activity of its own user holds up nothing", () => {
    expect(judge({ heardAtMs: { 1: nowMs } }, { storedAtMs: nowMs - monthMs })).toBe("counts");
  });

  test("30 days do not lift a mismatch of an active writer", () => {
    const old = { storedAtMs: nowMs - 2 * monthMs };
    const own = { ...ownOther, isOk: false };
    expect(judge({ attests: [own], heardAtMs: alone }, old)).toBe("blocked");
  });
});

describe("a checkpoint is void, whoever vouches for it,", () => {
  const vouched = { attests: [attestOf({ mark: markOf(3, 4) })] };
  const judgeVouched = (facts: SomeFacts, checkpoint: Partial<CheckpointFacts> = {}) =>
    judge({ ...vouched, ...facts }, checkpoint);

  test("when it covers past the cut of a chain, and not when it covers up to it", () => {
    const covering = (seq: number) => ({ says: says({ 1: 19, 2: seq }) });
    const cut = { standings: { 2: standing.cutAt(2, 10) } };
    expect(judgeVouched(cut, covering(11))).toBe("void");
    expect(judgeVouched(cut, covering(10))).toBe("counts");
    expect(judgeVouched(cut, covering(9))).toBe("counts");
  });

  test("when it covers the place of a cut with another envelope than the cut names", () => {
    const covering = { says: says({ 1: 19, 2: 10 }) };
    expect(judgeVouched({ standings: { 2: standing.cutAt(2, 10, 1) } }, covering)).toBe("void");
  });

  test("when it covers a chain of a closed device, of which nothing counts", () => {
    const covering = { says: says({ 1: 19, 2: 1 }) };
    expect(judgeVouched({ standings: { 2: standing.cutAt(2, 0) } }, covering)).toBe("void");
    expect(judgeVouched({ standings: { 2: standing.never } }, covering)).toBe("void");
    expect(judgeVouched({}, covering)).toBe("counts");
  });

  test("when it stands past the cut of its own chain itself", () => {
    const covering = { says: says({ 2: 10 }) };
    expect(judgeVouched({ standings: { 1: standing.cutAt(1, 19) } }, covering)).toBe("void");
    expect(judgeVouched({ standings: { 1: standing.cutAt(1, 20) } }, covering)).toBe("counts");
    expect(judgeVouched({ standings: { 1: standing.never } }, covering)).toBe("void");
  });

  test("when an id that it covers is not the one that is stored there", () => {
    const wrong = [markOf(1, 19), markOf(2, 10, 1)];
    expect(judgeVouched({}, { says: says(wrong) })).toBe("void");
    expect(judgeVouched({}, { says: says([markOf(1, 19), markOf(2, 10)]) })).toBe("counts");
  });

  test("when it covers an envelope that is void, or stands behind one itself", () => {
    const covering = { says: says({ 1: 19, 2: 10 }) };
    expect(judgeVouched({ voidAt: { 2: 10 } }, covering)).toBe("void");
    expect(judgeVouched({ voidAt: { 2: 11 } }, covering)).toBe("counts");
    expect(judgeVouched({ voidAt: { 1: 20 } }, covering)).toBe("void");
  });

  test("when its clear part does not read", () => {
    expect(judgeVouched({}, { says: { kind: "unreadable" } })).toBe("void");
  });

  test("also when a mismatch stands against it", () => {
    const covering = { says: says({ 2: 10 }) };
    expect(judge({ attests: [mismatch], voidAt: { 2: 10 } }, covering)).toBe("void");
  });
});

describe("a checkpoint waits, whoever vouches for it,", () => {
  const vouched = { attests: [ok] };

  test("while one of its blobs is known to be missing", () => {
    const checkpoint = { says: says({ 1: 19, 2: 10 }, [7, 8]) };
    expect(judge({ ...vouched, missing: [7, 8] }, checkpoint)).toBe("waiting");
    expect(judge({ ...vouched, missing: [8] }, checkpoint)).toBe("waiting");
    expect(judge({ ...vouched, missing: [9] }, checkpoint)).toBe("counts");
  });

  test("while what it covers is not here yet, of a chain or of one that is not known", () => {
    expect(judge(vouched, { says: says({ 2: 31 }) })).toBe("waiting");
    expect(judge(vouched, { says: says({ 2: 30 }) })).toBe("counts");
    expect(judge(vouched, { says: says({ 4: 1 }) })).toBe("waiting");
  });

  test("while its body is not here, or is of a newer format", () => {
    expect(judge(vouched, { says: { kind: "body missing" } })).toBe("waiting");
    expect(judge(vouched, { says: { kind: "newer format" } })).toBe("waiting");
  });

  test("while how far a chain counts cannot be told yet", () => {
    const facts = { ...vouched, standings: { 3: standing.held } };
    expect(judge(facts, { says: says(vectorOf({ 1: 19, 3: 4 })) })).toBe("waiting");
    expect(judge(facts)).toBe("counts");
  });
});
