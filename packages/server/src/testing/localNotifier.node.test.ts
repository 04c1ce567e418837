import { describe, expect, test } from "vitest";
import type { Growth } from "../ports/notifier.ts";
import { createLocalBus } from "./localNotifier.ts";
import { notifierContract, vaultAt } from "./notifier.contract.ts";

notifierContract("local", async () => {
  const bus = createLocalBus();
  return {
    node: async (heard) => {
      const notifier = bus.node();
      notifier.subscribe(
        (growth) => heard.push(growth),
        () => {},
      );
      return notifier;
    },
    close: async () => {},
  };
});

describe("a local bus", () => {
  test("leaves it to its maker what is lost and what comes later", () => {
    const onTheWay: (() => void)[] = [];
    const bus = createLocalBus((deliver) => onTheWay.push(deliver));
    const heard: Growth[] = [];
    let gapCount = 0;
    bus.node().subscribe(
      (growth) => heard.push(growth),
      () => gapCount++,
    );
    const other = bus.node();
    for (const position of [1, 2, 3]) other.publish(vaultAt(1, position));
    expect(heard).toEqual([]);
    onTheWay[2]?.();
    onTheWay[0]?.();
    expect(heard).toEqual([vaultAt(1, 3), vaultAt(1, 1)]);
    bus.gap();
    expect(gapCount).toBe(1);
  });
});
