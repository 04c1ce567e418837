import {
  BrokenAssumption,
  concatBytes,
  encode,
  EnvelopeKind,
  sizes,
  type Writer,
} from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { chainIds, channelNumbers, recordIds, vaultPositions } from "../ids.ts";
import {
  chainsPerVectorMax,
  envelopesPerFrameMax,
  factsPerRefusalMax,
  frameByteLengthMax,
  recordsPerFrameMax,
  seqsPerWantMax,
  vaultsPerUserMax,
} from "../limits.ts";
import { must } from "../testing/must.ts";
import { clientFrameSpecimens, relayFrameSpecimens } from "../testing/specimens.ts";
import { decodeClientFrame, encodeClientFrame } from "./clientFrame.ts";
import type { ChainMark, Vector } from "./heads.ts";
import { decodeRelayFrame, encodeRelayFrame } from "./relayFrame.ts";
import type { Run, WireEnvelope } from "./run.ts";
import { ClientTag, RelayTag } from "./tags.ts";

const channel = channelNumbers.fromNumber(1);
const chain = chainIds.fromBytes(new Uint8Array(16));
const { Put: put, Pull: pull } = clientFrameSpecimens;
const specimen = must(put.run.envelopes[0]);

const runOf = (envelopes: readonly WireEnvelope[]): Run => ({ ...put.run, envelopes });

const longestVector = (): ChainMark[] =>
  Array.from({ length: chainsPerVectorMax }, (_, at) => ({
    chain: chainIds.fromBytes(
      new Uint8Array(16).fill(at & 255, 15).fill(Math.floor(at / 256), 14, 15),
    ),
    seq: Number.MAX_SAFE_INTEGER,
    id: put.run.previous,
  }));

/** A frame that says a count and then ends. */
const countOf = (tag: number, count: number, before: (to: Writer) => void): Uint8Array =>
  encode((to) => {
    to.u8(tag);
    before(to);
    to.varUint(count);
  });

describe("bounds of frames", () => {
  test("[FRAME5] a count that the bytes cannot hold is refused before anything is read", () => {
    const counts = [
      countOf(ClientTag.Pull, chainsPerVectorMax, (to) => to.varUint(1)),
      countOf(ClientTag.BodyWant, seqsPerWantMax, (to) => {
        to.varUint(1);
        chainIds.write(to, chain);
      }),
      countOf(ClientTag.Put, envelopesPerFrameMax, (to) => {
        to.varUint(1);
        chainIds.write(to, chain);
        to.varUint(1);
        to.bytes(new Uint8Array(32));
      }),
    ];
    for (const bytes of counts)
      expect(decodeClientFrame(bytes)).toMatchObject({
        ok: false,
        error: { type: "Malformed", expected: expect.stringMatching(/^bytes for \d+ items$/u) },
      });
    const relayCounts = [
      countOf(RelayTag.Envelopes, envelopesPerFrameMax, (to) => {
        to.varUint(1);
        to.varUint(1);
      }),
      countOf(RelayTag.LogRecords, recordsPerFrameMax, (to) => {
        to.u8(1);
        to.bytes(new Uint8Array(16));
        to.varUint(0);
      }),
      countOf(RelayTag.Welcome, vaultsPerUserMax, (to) => {
        to.bytes(new Uint8Array(32));
        to.u8(1);
      }),
      countOf(RelayTag.Refusal, factsPerRefusalMax, (to) => {
        to.u8(0);
        to.varUint(1);
      }),
    ];
    for (const bytes of relayCounts)
      expect(decodeRelayFrame(bytes)).toMatchObject({
        ok: false,
        error: { type: "Malformed", expected: expect.stringMatching(/^bytes for \d+ items$/u) },
      });
  });

  test("[FRAME5] a count above its limit is refused, whatever follows", () => {
    const bytes = encode((to) => {
      to.u8(ClientTag.Pull);
      to.varUint(1);
      to.varUint(chainsPerVectorMax + 1);
      to.bytes(new Uint8Array(frameByteLengthMax / 2));
    });
    expect(decodeClientFrame(bytes)).toMatchObject({
      ok: false,
      error: { type: "Malformed", expected: `at most ${chainsPerVectorMax}` },
    });
  });

  test("[FRAME8] a vector out of order, or with a chain twice, is neither read nor written", () => {
    const [first, second] = [must(pull.vector[0]), must(pull.vector[1])];
    const pullOf = (vector: Vector): Uint8Array => encodeClientFrame({ ...pull, vector });
    const bytes = pullOf([first, second]);
    /** Behind tag, channel and count; their lengths are those of frames with one mark alone. */
    const firstEnd = pullOf([first]).length - pullOf([]).length + 3;
    const secondEnd = bytes.length - pullOf([]).length + 3;
    const [head, one, two, rest] = [
      bytes.slice(0, 3),
      bytes.slice(3, firstEnd),
      bytes.slice(firstEnd, secondEnd),
      bytes.slice(secondEnd),
    ];
    expect(decodeClientFrame(concatBytes(head, one, two, rest)).ok).toBe(true);
    for (const wrong of [concatBytes(two, one), concatBytes(one, one)])
      expect(decodeClientFrame(concatBytes(head, wrong, rest))).toMatchObject({
        ok: false,
        error: { type: "Malformed", expected: "a rising list" },
      });
    expect(() => pullOf([second, first])).toThrow(BrokenAssumption);
    expect(() => pullOf([first, first])).toThrow(BrokenAssumption);
  });

  test("[FRAME9] the largest envelope fits a frame, and so does the longest vector", () => {
    const body = new Uint8Array(sizes.bodyByteLengthMax);
    const run = runOf([{ ...specimen, body, bodyByteLength: body.length }]);
    const largest = encodeClientFrame({ type: "Put", channel, run });
    expect(decodeClientFrame(largest)).toEqual({ ok: true, value: { type: "Put", channel, run } });
    const heads = encodeRelayFrame({
      type: "VaultHeads",
      channel,
      logHead: { index: 0, id: recordIds.fromBytes(new Uint8Array(32)) },
      position: vaultPositions.fromNumber(0),
      chains: longestVector(),
    });
    expect(decodeRelayFrame(heads).ok).toBe(true);
  });

  test("[FRAME9] a frame that would be too large is our own bug, found before it is sent", () => {
    const body = new Uint8Array(sizes.bodyByteLengthMax);
    const one = { ...specimen, body, bodyByteLength: body.length };
    const run = runOf([one, one]);
    expect(() => encodeClientFrame({ type: "Put", channel, run })).toThrow(BrokenAssumption);
  });

  test("[FRUN7] runs of one frame hold no more envelopes together than one run may", () => {
    const { Envelopes: frame } = relayFrameSpecimens;
    const dropped = { ...specimen, kind: EnvelopeKind.Data, body: undefined };
    const half = runOf(Array.from({ length: envelopesPerFrameMax / 2 }, () => dropped));
    const full = encodeRelayFrame({ ...frame, runs: [half, half] });
    expect(decodeRelayFrame(full).ok).toBe(true);
    const over = encodeRelayFrame({ ...frame, runs: [half, half, runOf([dropped])] });
    expect(decodeRelayFrame(over)).toMatchObject({
      ok: false,
      error: { type: "Malformed", expected: `at most ${envelopesPerFrameMax} envelopes` },
    });
  });
});
