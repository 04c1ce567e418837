import { describe, expect, test } from "vitest";
import type { Alarm } from "./alarms.ts";
import {
  alarmChanges,
  alarmsPerTypeMax,
  clear,
  decodeAlarms,
  encodeAlarms,
  noAlarms,
  raise,
  reconcile,
  sealingIsStopped,
  standingAlarms,
} from "./standing.ts";
import { chainOf, oneOfEach } from "./testing/aliases.ts";

const { Withholding: withholding, Rollback: rollback, Cloned: cloned } = oneOfEach;
const isWithholding = (alarm: Alarm): boolean => alarm.type === "Withholding";

const withholdingOf = (number: number): Alarm => ({ ...withholding, chain: chainOf(number) });

describe("raising", () => {
  test("the same alarm again changes nothing, and is not said again", () => {
    const once = raise(noAlarms, withholding, 10);
    expect(raise(once, { ...withholding }, 20)).toBe(once);
  });

  test("other numbers change the facts and not since when it stands", () => {
    const once = raise(noAlarms, withholding, 10);
    const twice = raise(once, { ...withholding, claimedSeq: 60 }, 20);
    expect(standingAlarms(twice)).toEqual([
      { alarm: { ...withholding, claimedSeq: 60 }, sinceMs: 10, healedAtMs: undefined },
    ]);
    expect(alarmChanges(once, twice)).toEqual({ raised: [], healed: [] });
  });

  test("one that was healed stands anew, and is said again", () => {
    const healed = clear(raise(noAlarms, withholding, 10), isWithholding, 20);
    const again = raise(healed, withholding, 30);
    expect(standingAlarms(again)).toMatchObject([{ sinceMs: 30 }]);
    expect(alarmChanges(healed, again).raised).toEqual([withholding]);
  });

  test("a reason to look does not replace proof, and proof replaces it", () => {
    const proved = raise(noAlarms, cloned, 10);
    expect(raise(proved, { ...cloned, evidence: "relay" }, 20)).toBe(proved);
    const suspected = raise(noAlarms, { ...cloned, evidence: "relay" }, 10);
    expect(standingAlarms(raise(suspected, cloned, 20))).toMatchObject([{ alarm: cloned }]);
  });
});

describe("clearing", () => {
  test("keeps when it healed, and leaves the others standing", () => {
    const book = raise(raise(noAlarms, withholding, 10), rollback, 11);
    const healed = clear(book, isWithholding, 20);
    expect([...healed.byKey.values()].map(({ healedAtMs }) => healedAtMs)).toEqual([20, undefined]);
    expect(alarmChanges(book, healed)).toEqual({ raised: [], healed: [withholding] });
  });

  test("what is healed is not healed again", () => {
    const healed = clear(raise(noAlarms, withholding, 10), isWithholding, 20);
    expect(clear(healed, isWithholding, 30)).toBe(healed);
  });
});

test("reconciling heals what is no longer found, within what was looked for", () => {
  const before = [withholdingOf(1), withholdingOf(2), rollback].reduce(
    (book, alarm) => raise(book, alarm, 10),
    noAlarms,
  );
  const after = reconcile(before, isWithholding, [withholdingOf(2), withholdingOf(3)], 20);
  expect(standingAlarms(after).map(({ alarm, sinceMs }) => [alarm, sinceMs])).toEqual([
    [withholdingOf(2), 10],
    [rollback, 10],
    [withholdingOf(3), 20],
  ]);
});

describe("room", () => {
  const full = Array.from({ length: alarmsPerTypeMax }, (_, at) => withholdingOf(at)).reduce(
    (book, alarm) => raise(book, alarm, 10),
    noAlarms,
  );

  test("for one kind is bounded, is told where it ends, and leaves other kinds theirs", () => {
    const over = raise(full, withholdingOf(9_999), 20);
    expect(over.byKey.size).toBe(alarmsPerTypeMax);
    expect([full.isCrowded, over.isCrowded]).toEqual([false, true]);
    expect(raise(over, withholdingOf(9_998), 20)).toBe(over);
    expect(standingAlarms(raise(over, rollback, 30))).toHaveLength(alarmsPerTypeMax + 1);
  });

  test("is made by what is healed, never by what stands", () => {
    const first = withholdingOf(0);
    const healed = clear(full, (alarm) => "chain" in alarm && alarm.chain === chainOf(0), 20);
    const over = raise(healed, withholdingOf(9_999), 30);
    expect(over.byKey.size).toBe(alarmsPerTypeMax);
    expect(standingAlarms(over).map(({ alarm }) => alarm)).not.toContainEqual(first);
    expect(standingAlarms(over)).toHaveLength(alarmsPerTypeMax);
  });
});

test("sealing is stopped while an alarm that stops it stands, and not after", () => {
  const book = raise(raise(noAlarms, rollback, 10), cloned, 10);
  expect(sealingIsStopped(raise(noAlarms, rollback, 10))).toBe(false);
  expect(sealingIsStopped(book)).toBe(true);
  expect(sealingIsStopped(clear(book, ({ type }) => type === "Cloned", 20))).toBe(false);
});

describe("kept alarms", () => {
  test("of every type come back as they were, healed ones among them", () => {
    const book = Object.values(oneOfEach).reduce(
      (before, alarm: Alarm, at) => raise(before, alarm, at),
      noAlarms,
    );
    const healed = { ...clear(book, ({ type }) => type < "L", 99), isCrowded: true };
    expect(decodeAlarms(encodeAlarms(healed))).toEqual({ ok: true, value: healed });
  });

  test("that are cut short anywhere, or have a byte behind them, are refused", () => {
    const bytes = encodeAlarms(raise(raise(noAlarms, withholding, 1), cloned, 2));
    const damaged = [
      ...Array.from(bytes, (_, at) => bytes.subarray(0, at)),
      Uint8Array.of(...bytes, 0),
    ];
    expect(damaged.filter((one) => decodeAlarms(one).ok)).toEqual([]);
  });
});
