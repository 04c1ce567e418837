/** Where an envelope stands and what its id is, from its head as it is stored. */
import { assert, sizes } from "@duro/crypto/types";
import { decodeHead, envelopeIdOf } from "@duro/crypto/verify";
import type { ChainMark } from "@duro/protocol";

export const storedMark = (signedHead: Uint8Array): ChainMark => {
  const head = decodeHead(signedHead.subarray(0, sizes.headByteLength));
  assert(head.ok, "what was stored is a head");
  return { chain: head.value.chain, seq: head.value.seq, id: envelopeIdOf(head.value) };
};
