/** Envelopes that look like envelopes, for tests of machines that never look inside. */
import { asSignature, EnvelopeKind, type IdKind, sizes } from "@duro/crypto/types";
import { type ChainId, type EnvelopeId, envelopeIds, noEnvelope, recordIds } from "../ids.ts";
import type { Run } from "../wire/run.ts";

export const idFilledWith = <Id extends string>(kind: IdKind<Id>, byte: number): Id =>
  kind.fromBytes(new Uint8Array(kind.byteLength).fill(byte));

/** As if it hashed something. */
export const envelopeIdOf = (chain: ChainId, seq: number): EnvelopeId => {
  if (seq === 0) return noEnvelope;
  const bytes = new Uint8Array(envelopeIds.byteLength).fill(Number.parseInt(chain.slice(0, 2), 16));
  new DataView(bytes.buffer).setUint32(0, seq);
  return envelopeIds.fromBytes(bytes);
};

/** One envelope for each of the lengths. */
export const runOf = (
  chain: ChainId,
  firstSeq: number,
  bodyByteLengths: readonly number[] = [0],
): Run => ({
  chain,
  firstSeq,
  previous: envelopeIdOf(chain, firstSeq - 1),
  envelopes: bodyByteLengths.map((byteLength) => {
    const bodyByteLength = Math.max(sizes.bodyByteLengthMin, byteLength);
    return {
      kind: EnvelopeKind.Data,
      flags: 0,
      epoch: 1,
      logHead: idFilledWith(recordIds, 0x11),
      nonce: new Uint8Array(sizes.nonceByteLength),
      bodyHash: new Uint8Array(32),
      signature: asSignature(new Uint8Array(sizes.signatureByteLength)),
      bodyByteLength,
      body: new Uint8Array(bodyByteLength),
    };
  }),
});
