import type { Clock, Engine } from "@duro/client";
import { expect, test } from "vitest";
import { startHomeUpkeep } from "./homeUpkeep.ts";

const notKnown = { name: "AuthFailed", number: 12, facts: {} } as const;
const unknown: Engine["status"] = {
  link: "stopped",
  ended: { kind: "refused", refusal: notKnown },
};
const paused: Engine["status"] = { link: "stopped", ended: { kind: "paused" } };

/** Only one thing at a time is waited for. */
const createClock = () => {
  let nowMs = 0;
  let next: { readonly atMs: number; readonly work: () => void } | undefined;
  const clock: Clock = {
    nowMs: () => nowMs,
    after: (delayMs, work) => {
      const one = { atMs: nowMs + delayMs, work };
      next = one;
      return () => {
        if (next === one) next = undefined;
      };
    },
  };
  const passUntil = (untilMs: number): void => {
    while (next !== undefined && next.atMs <= untilMs) {
      const { atMs, work } = next;
      next = undefined;
      nowMs = atMs;
      work();
    }
  };
  return { clock, passUntil };
};

/** How often it dialled. */
const run = (status: Engine["status"], minutes: number): number => {
  const { clock, passUntil } = createClock();
  let connectCount = 0;
  const upkeep = startHomeUpkeep({
    clock,
    engine: {
      status,
      connect: () => {
        connectCount += 1;
      },
    },
    documents: {
      docOf: () => {
        throw new Error("nothing is looked at");
      },
      releaseIdle: async () => {},
    },
    index: { tidy: () => false },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  void upkeep.during(() => new Promise<void>(() => {}));
  passUntil(minutes * 60_000);
  upkeep.stop();
  return connectCount;
};

test("a relay that does not know this device is asked again every ten minutes", () => {
  expect(run(unknown, 9)).toBe(0);
  expect(run(unknown, 21)).toBe(2);
});

test("what ended in another way is left alone", () => {
  expect(run(paused, 30)).toBe(0);
});
