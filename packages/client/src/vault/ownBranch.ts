/**
 * This device's own chain, as the relay has it. Nobody but this device signs it: where it is further than
 * we made it, or another, a copy of this device has written, or we are an older state of ourselves.
 */
import { envelopeIdOf, verifySignedHead } from "@duro/crypto/verify";
import {
  type ChainMark,
  type EnvelopeId,
  noEnvelope,
  type Run,
  runToEnvelopes,
} from "@duro/protocol";
import { readEnvelopes } from "./readEnvelopes.ts";
import type { VaultMemory } from "./vaultMemory.ts";

/** What the relay says of our chain is not a part of what we made. */
export const isAhead = async (memory: VaultMemory, relay: ChainMark): Promise<boolean> => {
  const row = memory.chains.get(memory.own.chain);
  if (row === undefined || relay.seq > row.head.at) return true;
  const [ours] = await readEnvelopes(memory, row.chain, relay.seq, relay.seq + 1);
  return ours === undefined || envelopeIdOf(ours.head) !== relay.id;
};

export type OwnRun =
  /** Nothing in it that we did not make. */
  | { readonly kind: "ours" }
  /** From that seq on somebody else made it; before, it is ours. */
  | { readonly kind: "other"; readonly fromSeq: number }
  /** Nobody who has our keys made it. */
  | { readonly kind: "unsigned" }
  /** It follows what we did not make: where it parts from ours lies before it. */
  | { readonly kind: "parted" };

export const compareOwnRun = async (memory: VaultMemory, run: Run): Promise<OwnRun> => {
  const { own, vault } = memory;
  const head = memory.chains.get(own.chain)?.head.at ?? 0;
  const idAt = async (seq: number): Promise<EnvelopeId | undefined> => {
    if (seq === 0) return noEnvelope;
    const [ours] = seq <= head ? await readEnvelopes(memory, own.chain, seq, seq + 1) : [];
    return ours === undefined ? undefined : envelopeIdOf(ours.head);
  };
  if ((await idAt(run.firstSeq - 1)) !== run.previous) return { kind: "parted" };
  for (const theirs of runToEnvelopes(vault, run, envelopeIdOf)) {
    const { seq } = theirs.head;
    if ((await idAt(seq)) === envelopeIdOf(theirs.head)) continue;
    const isSigned = verifySignedHead(theirs, own.device.signKey).ok;
    return isSigned ? { kind: "other", fromSeq: seq } : { kind: "unsigned" };
  }
  return { kind: "ours" };
};
