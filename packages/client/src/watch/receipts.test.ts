import { asSignature } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { chainOf, envelopeAt, generationNumber } from "../alarms/testing/aliases.ts";
import { decodeReceipts, encodeReceipts, type KeptReceipt, withReceipt } from "./receipts.ts";

const receiptAt = (chain: number, seq: number): KeptReceipt => ({
  chain: chainOf(chain),
  firstSeq: seq,
  firstPosition: seq,
  nowMs: seq,
  ids: [envelopeAt(chain, seq)],
  relayKey: "ab".repeat(32),
  generation: generationNumber(1),
  signature: asSignature(new Uint8Array(64)),
});

const many = (chainCount: number, perChain: number): readonly KeptReceipt[] => {
  let kept: readonly KeptReceipt[] = [];
  for (let seq = 1; seq <= perChain; seq += 1)
    for (let chain = 1; chain <= chainCount; chain += 1)
      kept = withReceipt(kept, receiptAt(chain, seq));
  return kept;
};

test("of each chain the newest receipts are kept, oldest first", () => {
  const kept = many(2, 20);
  const ofFirst = kept.filter(({ chain }) => chain === chainOf(1)).map(({ firstSeq }) => firstSeq);
  expect(ofFirst).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
  expect(kept).toHaveLength(16);
});

test("however many chains there are, no more than a few hundred are kept, and they read back", () => {
  const kept = many(60, 10);
  expect(kept).toHaveLength(256);
  expect(decodeReceipts(encodeReceipts(kept))).toEqual({ ok: true, value: kept });
});
