import { describe, expect, test } from "vitest";
import { createAdmission } from "./admission.ts";

const limits = { openCountMax: 10, openPerAddressMax: 3, opensPerMinuteMax: 6, loopbackFactor: 10 };

const admitAll = (count: number, admit: () => unknown): number =>
  Array.from({ length: count }, admit).filter((leave) => leave !== undefined).length;

describe("who may open a socket", () => {
  test("an address has so many open at once, and another one is not held up", () => {
    const admission = createAdmission(limits, () => 0);
    expect(admitAll(5, () => admission.admit("192.0.2.1"))).toBe(3);
    expect(admitAll(5, () => admission.admit("192.0.2.2"))).toBe(3);
  });

  test("what is closed makes room, and closing twice makes no more of it", () => {
    const admission = createAdmission(limits, () => 0);
    const leaves = Array.from({ length: 3 }, () => admission.admit("192.0.2.1"));
    leaves[0]?.(false);
    leaves[0]?.(false);
    expect(admitAll(3, () => admission.admit("192.0.2.1"))).toBe(1);
  });

  test("who opens and closes too fast waits for the minute to pass", () => {
    let nowMs = 0;
    const admission = createAdmission(limits, () => nowMs);
    const openAndClose = () => {
      const leave = admission.admit("192.0.2.1");
      leave?.(false);
      return leave;
    };
    expect(admitAll(20, openAndClose)).toBe(6);
    nowMs = 10_000;
    expect(admitAll(20, openAndClose)).toBe(1);
    nowMs = 70_000;
    expect(admitAll(20, openAndClose)).toBe(6);
  });

  test("who was cut off for what they sent opens fewer, for a minute and no longer", () => {
    let nowMs = 0;
    const admission = createAdmission(limits, () => nowMs);
    for (let count = 0; count < 3; count++) admission.admit("192.0.2.1")?.(true);
    expect(admitAll(3, () => admission.admit("192.0.2.1"))).toBe(0);
    expect(admitAll(3, () => admission.admit("192.0.2.2"))).toBe(3);
    nowMs = 60_000;
    expect(admitAll(3, () => admission.admit("192.0.2.1"))).toBe(0);
    nowMs = 70_000;
    expect(admitAll(3, () => admission.admit("192.0.2.1"))).toBe(1);
  });

  test("a clock that goes back gives nothing and takes nothing", () => {
    let nowMs = 100_000;
    const admission = createAdmission(limits, () => nowMs);
    expect(admitAll(2, () => admission.admit("192.0.2.1"))).toBe(2);
    nowMs = 0;
    expect(admitAll(9, () => admission.admit("192.0.2.1"))).toBe(1);
  });

  test("the process holds no more than it can, whoever asks", () => {
    const admission = createAdmission(limits, () => 0);
    let number = 0;
    expect(admitAll(30, () => admission.admit(`192.0.2.${(number += 1)}`))).toBe(10);
  });

  test("programs on this machine count as one address with more room", () => {
    const admission = createAdmission({ ...limits, openCountMax: 100 }, () => 0);
    expect(admitAll(40, () => admission.admit("127.0.0.1"))).toBe(30);
  });
});
