import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alarm } from "./alarms.ts";
import { chainOf } from "./testing/aliases.ts";
import { type Move, observeRelay, stepMsMax } from "./testing/observedRelay.ts";
import { withholdingGraceMs } from "./withheld.ts";

const deviceCount = 4;

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Move["kind"]>(
      "write",
      "write",
      "beacon",
      "fetch",
      "fetch",
      "deliver",
      "read",
      "wait",
      "away",
    ),
    which: fc.nat(deviceCount - 1),
    amount: fc.nat(stepMsMax),
  }),
  { maxLength: 150, size: "max" },
);

describe("of a random vault", () => {
  test("an honest relay raises nothing, in whatever order chains arrive and are read", () => {
    fc.assert(
      fc.property(moves, (made) => {
        const world = observeRelay(deviceCount);
        const found: Alarm[] = [];
        for (const move of made) {
          world.move(move);
          found.push(...world.withheld);
        }
        world.finish();
        world.wait(2 * withholdingGraceMs);
        expect([...found, ...world.withheld, ...world.alarms]).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("a relay that keeps the rest of a chain to itself is always found, and nobody else", () => {
    const hidings = fc.record({
      chain: fc.integer({ min: 1, max: deviceCount - 1 }),
      fromSeq: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(moves, hidings, (made, hiding) => {
        const world = observeRelay(deviceCount, hiding);
        for (let seq = 0; seq < hiding.fromSeq; seq += 1)
          world.move({ kind: "write", which: hiding.chain, amount: 0 });
        for (const move of made) {
          world.move(move);
          const others = world.withheld.filter(
            (alarm) => !("chain" in alarm) || alarm.chain !== chainOf(hiding.chain),
          );
          expect([...others, ...world.alarms]).toEqual([]);
        }
        world.finish();
        world.wait(withholdingGraceMs + 1);
        expect(world.withheld).toMatchObject([
          { type: "Withholding", chain: chainOf(hiding.chain), heldSeq: hiding.fromSeq - 1 },
        ]);
        expect(world.alarms).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("everything that was claimed is forgotten once it is here", () => {
    fc.assert(
      fc.property(moves, (made) => {
        const world = observeRelay(deviceCount);
        for (const move of made) world.move(move);
        world.finish();
        expect(world.claims.byClaimant.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
