import { EnvelopeKind } from "@duro/crypto/types";
import { chainIds } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import type { PlacedEnvelope } from "../ports/chainStore.ts";
import { sortBodies } from "./sortBodies.ts";

const envelope = (seq: number, bodyByteLength: number, hasBody: boolean): PlacedEnvelope => ({
  chain: chainIds.fromBytes(new Uint8Array(16)),
  position: seq,
  seq,
  kind: EnvelopeKind.Data,
  flags: 0,
  bodyByteLength,
  signedHead: new Uint8Array(236),
  body: hasBody ? new Uint8Array(bodyByteLength) : undefined,
});

const seqsOf = ({ whole, missing, unread }: ReturnType<typeof sortBodies>) => ({
  whole: whole.map(({ seq }) => seq),
  missing,
  unread,
});

describe("what came of a want for bodies", () => {
  test("a seq that nobody stored, and one whose body was dropped, are missing", () => {
    const found = [envelope(1, 10, true), envelope(3, 10, false)];
    expect(seqsOf(sortBodies(found, [1, 2, 3], 100))).toEqual({
      whole: [1],
      missing: [2, 3],
      unread: [],
    });
  });

  test("one that may have been left out for its length is looked for again, not called missing", () => {
    const found = [envelope(1, 60, true), envelope(2, 60, false), envelope(3, 1, false)];
    expect(seqsOf(sortBodies(found, [1, 2, 3], 100))).toEqual({
      whole: [1],
      missing: [],
      unread: [2, 3],
    });
  });

  test("the first is missing if it has no body, however long it was", () => {
    expect(seqsOf(sortBodies([envelope(2, 500, false)], [2, 3], 100))).toEqual({
      whole: [],
      missing: [2, 3],
      unread: [],
    });
  });

  test("looking again and again ends", () => {
    const stored = Array.from({ length: 20 }, (_, at) => envelope(at + 1, 70, at % 3 !== 0));
    let seqs: readonly number[] = stored.map(({ seq }) => seq);
    const whole: number[] = [];
    const missing: number[] = [];
    for (let tries = 0; seqs.length > 0 && tries < 50; tries++) {
      // As the store does it: the first always, others within the budget.
      let byteLength = 0;
      const found = stored
        .filter(({ seq }) => seqs.includes(seq))
        .map((one, at): PlacedEnvelope => {
          byteLength += one.bodyByteLength;
          return at === 0 || byteLength <= 100 ? one : envelope(one.seq, one.bodyByteLength, false);
        });
      const sorted = sortBodies(found, seqs, 100);
      whole.push(...sorted.whole.map(({ seq }) => seq));
      missing.push(...sorted.missing);
      seqs = sorted.unread;
    }
    expect(whole).toEqual(stored.filter(({ body }) => body).map(({ seq }) => seq));
    expect(missing).toEqual(stored.filter(({ body }) => !body).map(({ seq }) => seq));
  });
});
