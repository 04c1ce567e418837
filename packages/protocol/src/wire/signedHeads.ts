/**
 * A run straight from signed heads as a store keeps them: their fields are copied, not decoded, so that
 * a relay sends tens of thousands without turning ids into text and back. The same bytes as `encodeRun`.
 */
import { assert, encode, sizes } from "@duro/crypto/types";

export interface SignedHeadBytes {
  /** Head and signature: 236 bytes. */
  readonly signedHead: Uint8Array;
  readonly body: Uint8Array | undefined;
}

/** Where the fields stand: docs/protocol.md §4. */
const at = {
  kind: 2,
  chain: 20,
  seq: 36,
  previous: 44,
  epoch: 76,
  logHead: 80,
  nonce: 112,
  bodyByteLength: 136,
  bodyHash: 140,
  signature: sizes.headByteLength,
  end: sizes.headByteLength + sizes.signatureByteLength,
} as const;

export const signedHeadByteLength = at.end;

const isSame = (left: Uint8Array, right: Uint8Array, from: number, to: number): boolean => {
  for (let index = from; index < to; index++) if (left[index] !== right[index]) return false;
  return true;
};

const viewOf = (bytes: Uint8Array): DataView => {
  assert(bytes.length === at.end, "a signed head has 236 bytes");
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
};

/** Bits that say what stands in an envelope of a run: docs/protocol.md §7. */
const says = { epoch: 1, logHead: 2, body: 4 } as const;

/** Of chain, seqs, counts and lengths: some of them once, some in every envelope. */
const numbersByteLengthMax = 16;

const byteLengthMaxOf = (envelopes: readonly SignedHeadBytes[]): number => {
  let byteLength = at.end;
  for (const { body } of envelopes) byteLength += at.end + (body?.length ?? 0);
  return byteLength + numbersByteLengthMax;
};

/** Contiguous heads of one chain. */
export const encodeSignedHeads = (envelopes: readonly SignedHeadBytes[]): Uint8Array =>
  encode((to) => {
    const [first] = envelopes;
    assert(first !== undefined, "a run has an envelope");
    const firstView = viewOf(first.signedHead);
    to.bytes(first.signedHead.subarray(at.chain, at.seq));
    to.varUint(
      firstView.getUint32(at.seq, true) + firstView.getUint32(at.seq + 4, true) * 0x1_0000_0000,
    );
    to.bytes(first.signedHead.subarray(at.previous, at.epoch));
    let before: Uint8Array | undefined;
    to.list(envelopes, (_, { signedHead, body }) => {
      const view = viewOf(signedHead);
      const saysEpoch = before === undefined || !isSame(signedHead, before, at.epoch, at.logHead);
      const saysLogHead = before === undefined || !isSame(signedHead, before, at.logHead, at.nonce);
      to.bytes(signedHead.subarray(at.kind, at.kind + 2));
      to.u8(
        (saysEpoch ? says.epoch : 0) |
          (saysLogHead ? says.logHead : 0) |
          (body === undefined ? 0 : says.body),
      );
      if (saysEpoch) to.varUint(view.getUint32(at.epoch, true));
      if (saysLogHead) to.bytes(signedHead.subarray(at.logHead, at.nonce));
      to.bytes(signedHead.subarray(at.nonce, at.bodyByteLength));
      to.bytes(signedHead.subarray(at.bodyHash, at.end));
      if (body === undefined) to.varUint(view.getUint32(at.bodyByteLength, true));
      else to.varBytes(body);
      before = signedHead;
    });
  }, byteLengthMaxOf(envelopes));
