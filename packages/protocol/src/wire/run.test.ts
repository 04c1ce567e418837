import {
  type Envelope,
  BrokenAssumption,
  decode,
  encode,
  type EnvelopeHead,
  type Malformed,
  type Result,
  writeHead,
} from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { envelopeIds, vaultIds } from "../ids.ts";
import { idsOf, runs } from "../testing/arbitraries.ts";
import { must } from "../testing/must.ts";
import { clientFrameSpecimens } from "../testing/specimens.ts";
import { readRun, type Run, writeRun } from "./run.ts";
import { envelopesToRun, runToEnvelopes } from "./runEnvelopes.ts";

const vault = vaultIds.fromBytes(new Uint8Array(16).fill(3));

/** No hash, but every byte of the head matters to it. */
const idOf = (head: EnvelopeHead) => {
  const id = new Uint8Array(32);
  for (const [at, byte] of encode((to) => writeHead(to, head)).entries()) {
    const place = at % 32;
    id[place] = ((id[place] ?? 0) * 31 + byte + at) & 255;
  }
  return envelopeIds.fromBytes(id);
};

const { run } = clientFrameSpecimens.Put;
const opening = must(run.envelopes[0]);

const bytesOfRun = (one: Run): Uint8Array => encode((to) => writeRun(to, one));
const decodeRun = (bytes: Uint8Array): Result<Run, Malformed> =>
  decode({ what: "run", byteLengthMax: 10_000 }, bytes, readRun);
const withByte = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const changed = bytes.slice();
  changed[at] = value;
  return changed;
};

/** Chain, seq, previous, count. */
const firstAt = 16 + 1 + 32 + 1;
/** Kind, flags, bits, epoch, log head, nonce, body hash, signature, body with its length. */
const secondAt = firstAt + 3 + 1 + 32 + 24 + 32 + 64 + (2 + opening.bodyByteLength);

const refused = (expected: string) => ({ ok: false, error: { type: "Malformed", expected } });

describe("runs", () => {
  test("[FRUN1] a run stands for envelopes that make the same run again", () => {
    fc.assert(
      fc.property(runs, idsOf(vaultIds), (one, of) => {
        const envelopes = runToEnvelopes(of, one, idOf);
        expect(envelopesToRun(envelopes)).toEqual(one);
      }),
    );
  });

  test("[FRUN2] every envelope of a run follows the one before it", () => {
    fc.assert(
      fc.property(runs, (one) => {
        let { previous } = one;
        for (const [at, { head }] of runToEnvelopes(vault, one, idOf).entries()) {
          expect(head).toMatchObject({ vault, chain: one.chain, seq: one.firstSeq + at, previous });
          previous = idOf(head);
        }
      }),
    );
  });

  test("[FRUN3] the first envelope says its epoch and its log head", () => {
    const bytes = bytesOfRun(run);
    expect(bytes[firstAt + 2]).toBe(7);
    expect(decodeRun(withByte(bytes, firstAt + 2, 6))).toMatchObject(
      refused("an epoch in the first envelope"),
    );
    expect(decodeRun(withByte(bytes, firstAt + 2, 5))).toMatchObject(
      refused("a log head in the first envelope"),
    );
  });

  test("[FRUN4] an epoch or a log head that did not change is not said again", () => {
    const risen = bytesOfRun({ ...run, envelopes: [opening, { ...opening, epoch: 2 }] });
    expect(risen[secondAt + 3]).toBe(2);
    expect(decodeRun(withByte(risen, secondAt + 3, 1))).toMatchObject(
      refused("another epoch than before"),
    );

    const said = encode((to) => {
      to.bytes(bytesOfRun({ ...run, envelopes: [opening, opening] }).slice(0, secondAt + 2));
      to.u8(2);
      to.bytes(new Uint8Array(32).fill(0x11));
      to.bytes(new Uint8Array(24 + 32 + 64 + 1));
    });
    expect(decodeRun(said)).toMatchObject(refused("another log head than before"));
  });

  test("[FRUN5] a kind, a flag or a bit that is not known is refused", () => {
    const bytes = bytesOfRun(run);
    expect(decodeRun(withByte(bytes, firstAt, 0))).toMatchObject(refused("kind 1 to 5"));
    expect(decodeRun(withByte(bytes, firstAt, 6))).toMatchObject(refused("kind 1 to 5"));
    expect(decodeRun(withByte(bytes, firstAt + 1, 1))).toMatchObject(refused("flags of its kind"));
    expect(decodeRun(withByte(bytes, firstAt + 2, 8))).toMatchObject(
      refused("bits that are known"),
    );
  });

  test("[FRUN6] a run without an envelope is neither read nor written", () => {
    const bytes = bytesOfRun(run).slice(0, firstAt);
    expect(decodeRun(withByte(bytes, firstAt - 1, 0))).toMatchObject(
      refused("at least one envelope"),
    );
    expect(() => bytesOfRun({ ...run, envelopes: [] })).toThrow(BrokenAssumption);
    expect(() => envelopesToRun([])).toThrow(BrokenAssumption);
  });

  test("[FRUN8] seqs stay below 2^53, and begin at 1", () => {
    const last = Number.MAX_SAFE_INTEGER - run.envelopes.length + 1;
    expect(decodeRun(bytesOfRun({ ...run, firstSeq: last })).ok).toBe(true);
    expect(decodeRun(bytesOfRun({ ...run, firstSeq: last + 1 }))).toMatchObject(
      refused("seqs below 2^53"),
    );
    expect(decodeRun(bytesOfRun({ ...run, firstSeq: 0 }))).toMatchObject(refused("seq from 1"));
  });

  test("[FRUN9] envelopes with a gap, or of two chains, are no run", () => {
    const envelopes = runToEnvelopes(vault, run, idOf);
    const [first, second, third] = [must(envelopes[0]), must(envelopes[1]), must(envelopes[2])];
    const elsewhere = { ...second.head, vault: vaultIds.fromBytes(new Uint8Array(16)) };
    const moved: Envelope = { ...second, head: elsewhere };
    for (const wrong of [
      [first, third],
      [second, first],
      [first, moved],
    ])
      expect(() => envelopesToRun(wrong)).toThrow(BrokenAssumption);
  });

  test("[FRUN10] a body is as long as its head says", () => {
    const longer = { ...opening, bodyByteLength: opening.bodyByteLength + 1 };
    expect(() => bytesOfRun({ ...run, envelopes: [longer] })).toThrow(BrokenAssumption);
  });
});
