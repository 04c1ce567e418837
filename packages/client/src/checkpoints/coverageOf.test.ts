import { must } from "@duro/crypto/testing/people";
import { err } from "@duro/crypto/types";
import type { Standing } from "@duro/crypto/verify";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coverageOf, type StateChain } from "./coverageOf.ts";
import { placeOfAll } from "./placeOf.ts";
import { envelopeOf, markOf, standing } from "./testing/judgingFacts.ts";

const chainOf = (changed: Partial<StateChain> = {}): StateChain => ({
  counted: markOf(1, 7),
  voidAt: 0,
  standing: standing.counts,
  ...changed,
});

const ahead = (why: string) => err({ type: "StateAhead", why, seq: 7 });

describe("a checkpoint covers", () => {
  test("each chain up to what is in the state, rising by chain", () => {
    const chains = [3, 1, 2].map((number) => chainOf({ counted: markOf(number, number + 4) }));
    expect(must(coverageOf(chains))).toEqual([markOf(1, 5), markOf(2, 6), markOf(3, 7)]);
    expect(must(coverageOf([]))).toEqual([]);
  });

  test("a chain before its void envelope, and never that one", () => {
    expect(must(coverageOf([chainOf({ voidAt: 8 })]))).toEqual([markOf(1, 7)]);
    expect(coverageOf([chainOf({ voidAt: 7 })])).toEqual(ahead("void"));
  });

  test("a chain up to its cut, and never past it", () => {
    const cutAt = (seq: number, branch = 0) =>
      coverageOf([chainOf({ standing: standing.cutAt(1, seq, branch) })]);
    expect(must(cutAt(8))).toEqual([markOf(1, 7)]);
    expect(must(cutAt(7))).toEqual([markOf(1, 7)]);
    expect(cutAt(6)).toEqual(ahead("cut"));
    expect(cutAt(0)).toEqual(ahead("cut"));
    expect(cutAt(7, 1)).toEqual(ahead("cut"));
  });

  test("nothing while the state holds what does not count, or may not", () => {
    expect(coverageOf([chainOf({ standing: standing.never })])).toEqual(ahead("never counts"));
    expect(coverageOf([chainOf({ standing: standing.held })])).toEqual(ahead("cannot be told"));
  });

  test("at most as many chains as a vector names", () => {
    const chains = Array.from({ length: 4_097 }, (_, at) => chainOf({ counted: markOf(at, 1) }));
    expect(must(coverageOf(chains.slice(1)))).toHaveLength(4_096);
    expect(coverageOf(chains)).toEqual(err({ type: "TooManyChains", countMax: 4_096 }));
  });

  test("only what counts by the rule that judges it", () => {
    const standings = fc.oneof(
      fc.constantFrom<Standing>(standing.counts, standing.held, standing.never),
      fc.tuple(fc.nat(9), fc.nat(1)).map(([seq, branch]) => standing.cutAt(1, seq, branch)),
    );
    const some = fc.record({ seq: fc.integer({ min: 1, max: 9 }), voidAt: fc.nat(9), standings });
    fc.assert(
      fc.property(some, ({ seq, voidAt, standings: stands }) => {
        const counted = markOf(1, seq);
        const coverage = coverageOf([{ counted, voidAt, standing: stands }]);
        const place = placeOfAll(
          {
            chains: new Map([[counted.chain, { standing: stands, voidAt }]]),
            idAt: (_, at) => envelopeOf(1, at),
          },
          [counted],
        );
        expect(coverage.ok).toBe(place === "counts");
      }),
    );
  });
});
