/**
 * This device's own chain, as the relay has it. Nobody but this device signs it: where it is further than
 * we made it, or another, a copy of this device has written, or we are an older state of ourselves.
 */
import { envelopeIdOf, verifySignedHead } from "@duro/crypto/verify";
import { type ChainMark, type Run, runToEnvelopes } from "@duro/protocol";
import { readEnvelopes } from "./readEnvelopes.ts";
import type { VaultMemory } from "./vaultMemory.ts";

/** What the relay says of our chain is not a part of what we made. */
export const isAhead = async (memory: VaultMemory, relay: ChainMark): Promise<boolean> => {
  const row = memory.chains.get(memory.own.chain);
  if (row === undefined || relay.seq > row.head.at) return true;
  const [ours] = await readEnvelopes(memory, row.chain, relay.seq, relay.seq + 1);
  return ours === undefined || envelopeIdOf(ours.head) !== relay.id;
};

/** From which seq on it is not ours; undefined: all of it is, or none of it is signed by us. */
export const isOtherBranch = async (memory: VaultMemory, run: Run): Promise<number | undefined> => {
  const { own, vault } = memory;
  const head = memory.chains.get(own.chain)?.head.at ?? 0;
  for (const theirs of runToEnvelopes(vault, run, envelopeIdOf)) {
    const { seq } = theirs.head;
    const [ours] = seq <= head ? await readEnvelopes(memory, own.chain, seq, seq + 1) : [];
    if (ours !== undefined && envelopeIdOf(ours.head) === envelopeIdOf(theirs.head)) continue;
    return verifySignedHead(theirs, own.device.signKey).ok ? seq : undefined;
  }
  return undefined;
};
