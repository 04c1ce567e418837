/** Envelopes as they lie in the store. */
import { assert } from "@duro/crypto/types";
import { decodeEnvelope, type Envelope } from "@duro/crypto/verify";
import type { ChainId } from "@duro/protocol";
import { envelopesBetween } from "../store/keys.ts";
import type { VaultRows } from "./draft.ts";

/** Of stored envelopes that are read at once, and verified by one signature. */
const pageEnvelopeCount = 256;

/** A page of one chain, from one seq on and before another. */
export const readEnvelopes = async (
  { store, vault }: Pick<VaultRows, "store" | "vault">,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
): Promise<readonly Envelope[]> => {
  const range = envelopesBetween(vault, chain, fromSeq, endSeq);
  const page = await store.range("envelopes", range, pageEnvelopeCount);
  return page.map(({ value }) => {
    const envelope = decodeEnvelope(value);
    assert(envelope.ok, "the store holds envelopes that could be read");
    return envelope.value;
  });
};
