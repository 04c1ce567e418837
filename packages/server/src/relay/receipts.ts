/** Receipts: the relay's signed word that it stored these envelopes. */
import { assert, type RelayGeneration } from "@duro/crypto/types";
import { type RelayKeys, signReceipt } from "@duro/crypto/receipt";
import { type EnvelopeId, type ReceiptPart, vaultPositions } from "@duro/protocol";
import type { ChainName, PlacedEnvelope } from "../ports/chainStore.ts";

/** Of envelopes at contiguous positions and seqs. */
export type ReceiptSigner = (
  chain: ChainName,
  placed: readonly Pick<PlacedEnvelope, "position" | "seq">[],
  ids: readonly EnvelopeId[],
  nowMs: number,
) => ReceiptPart;

export const createReceiptSigner =
  (keys: RelayKeys, generation: RelayGeneration): ReceiptSigner =>
  ({ vault, chain }, placed, ids, nowMs) => {
    const [first] = placed;
    assert(first !== undefined && placed.length === ids.length, "a receipt has its envelopes");
    const firstPosition = vaultPositions.parse(first.position);
    assert(firstPosition.ok, "positions stay below 2^53");
    const claim = { vault, generation, firstPosition: first.position, envelopes: ids, nowMs };
    return {
      firstPosition: firstPosition.value,
      nowMs,
      chain,
      firstSeq: first.seq,
      count: placed.length,
      signature: signReceipt(keys, claim),
    };
  };
