import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientMoves, refusalOfName, refusalOfNumber, refusals } from "./refusals.ts";
import { factKeyByteLengthMax, factsPerRefusalMax } from "./limits.ts";
import { factsOf } from "./wire/refusal.ts";
import { decodeRelayFrame, encodeRelayFrame } from "./wire/relayFrame.ts";

/** Those of the protocol itself, and those it leaves to applications. */
const isCloseCode = (code: number): boolean =>
  (code >= 1000 && code <= 1015) || (code >= 4000 && code <= 4999);

const catalogue = Object.entries(refusals);

describe("refusals", () => {
  test("[REF1] every refusal has its own number", () => {
    expect(new Set(catalogue.map(([, { number }]) => number)).size).toBe(catalogue.length);
  });

  test.each(catalogue)(
    "[REF2] %s has a status of HTTP, a close code of WebSockets if any, a move and a sentence",
    (_, { httpStatus, closeCode, clientMust, meaning }) => {
      expect(httpStatus).toBeGreaterThanOrEqual(400);
      expect(httpStatus).toBeLessThan(600);
      expect(closeCode === undefined || isCloseCode(closeCode)).toBe(true);
      expect(Object.keys(clientMoves)).toContain(clientMust);
      expect(meaning).toMatch(/^[A-Z].+\.$/u);
    },
  );

  test("[REF2] a close code tells one refusal", () => {
    const codes = catalogue.flatMap(([, { closeCode }]) =>
      closeCode === undefined ? [] : [closeCode],
    );
    expect(new Set(codes).size).toBe(codes.length);
  });

  test("[REF3] a number or a name of a newer relay is a value, not an error", () => {
    expect(refusalOfNumber(refusals.ChainGap.number)).toEqual({
      name: "ChainGap",
      ...refusals.ChainGap,
    });
    expect(refusalOfName("ChainGap")).toEqual(refusalOfNumber(refusals.ChainGap.number));
    expect(refusalOfNumber(999_999)).toEqual({ name: undefined, number: 999_999 });
    expect(refusalOfName("SomethingNewer")).toBeUndefined();
    expect(refusalOfName("toString")).toBeUndefined();
  });

  test("[REF4] unknown device and bad signature are one refusal, missing and foreign another", () => {
    expect(
      catalogue.filter(([, { httpStatus }]) => httpStatus === 401).map(([name]) => name),
    ).toEqual(["AuthFailed", "TokenInvalid"]);
    expect(refusals.NotFound.httpStatus).toBe(404);
  });

  test("[REF5] whatever the facts are, a refusal that names them can be sent", () => {
    const named = fc.dictionary(
      fc.string({ unit: "grapheme-ascii", maxLength: factKeyByteLengthMax }),
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.constantFrom("a".repeat(1_000), "€".repeat(1_000), "😀".repeat(1_000)),
        fc.maxSafeInteger(),
      ),
      { maxKeys: factsPerRefusalMax },
    );
    fc.assert(
      fc.property(named, (facts) => {
        const sent = encodeRelayFrame({
          type: "Refusal",
          subject: { kind: "connection" },
          number: refusals.InvalidField.number,
          facts: factsOf(facts),
        });
        const keys = Object.keys(facts).toSorted();
        expect(decodeRelayFrame(sent)).toMatchObject({
          ok: true,
          value: { facts: keys.map((key) => ({ key })) },
        });
      }),
    );
  });
});
