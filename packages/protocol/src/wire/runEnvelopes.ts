/**
 * Between a run on the wire and the envelopes it stands for. What links them is a hash, and this
 * package knows none: the caller brings it.
 */
import {
  assert,
  type EnvelopeHead,
  type EnvelopeId,
  type VaultId,
  type Envelope,
} from "@duro/crypto/types";
import type { Run, WireEnvelope } from "./run.ts";

export const envelopesToRun = (envelopes: readonly Envelope[]): Run => {
  const [first] = envelopes;
  assert(first !== undefined, "a run has an envelope");
  const { vault, chain, seq, previous } = first.head;
  for (const [at, { head }] of envelopes.entries())
    assert(
      head.vault === vault && head.chain === chain && head.seq === seq + at,
      "a run is contiguous, of one chain",
    );
  return { chain, firstSeq: seq, previous, envelopes: envelopes.map(envelopeToWire) };
};

const envelopeToWire = ({ head, signature, body }: Envelope): WireEnvelope => ({
  kind: head.kind,
  flags: head.flags,
  epoch: head.epoch,
  logHead: head.logHead,
  nonce: head.nonce,
  bodyHash: head.bodyHash,
  signature,
  bodyByteLength: head.bodyByteLength,
  body,
});

/** `idOf` hashes a head; with another hash than the author's the links will not hold. */
export const runToEnvelopes = (
  vault: VaultId,
  run: Run,
  idOf: (head: EnvelopeHead) => EnvelopeId,
): Envelope[] => {
  const envelopes: Envelope[] = [];
  let { previous } = run;
  for (const [at, { signature, body, ...fields }] of run.envelopes.entries()) {
    const head = { ...fields, vault, chain: run.chain, seq: run.firstSeq + at, previous };
    envelopes.push({ head, signature, body });
    if (at < run.envelopes.length - 1) previous = idOf(head);
  }
  return envelopes;
};
