/**
 * A run: contiguous envelopes of one chain. It verifies by its links and the one signature on its
 * newest head, which is 20 times cheaper than a signature each. Inner signatures are not looked at
 * here: check one with `verifySignedHead` before it is used as proof.
 */
import { type EnvelopeId, envelopeIds, noEnvelope } from "../ids.ts";
import {
  followLink,
  isLinkSignedBy,
  type LinkForked,
  type LinkGap,
  linkHash,
  type Position,
} from "../link.ts";
import type { SignPublicKey } from "../publicKeys.ts";
import { err, ok, type Result } from "../result.ts";
import { type BodyHashMismatch, isBodyOf } from "./bodyForm.ts";
import {
  asVerified,
  type BadSignature,
  type Envelope,
  envelopeLink,
  type VerifiedEnvelope,
} from "./envelope.ts";
import { encodeHead, type EnvelopeHead, EnvelopeKind } from "./head.ts";

export type ChainHead = Position<EnvelopeId>;

/** Where every chain begins, before its first envelope. */
export const chainStart: ChainHead = { at: 0, id: noEnvelope };

/** What a run follows on: the chain's head as known, and the epoch it stood in. */
export interface RunStart {
  readonly head: ChainHead;
  readonly epoch: number;
}

export const runStart: RunStart = { head: chainStart, epoch: 0 };

/** A head that cannot stand where it stands, whoever signed it. */
export interface RunBroken {
  readonly type: "RunBroken";
  readonly rule: "one vault" | "one chain" | "open comes first" | "epoch never falls";
  readonly chain: string;
  readonly seq: number;
}

export interface RunEmpty {
  readonly type: "RunEmpty";
}

export type RunError =
  RunEmpty | RunBroken | LinkGap | LinkForked<EnvelopeId> | BodyHashMismatch | BadSignature;

export interface VerifiedRun {
  readonly head: ChainHead;
  readonly epoch: number;
  readonly envelopes: readonly VerifiedEnvelope[];
}

const brokenRule = (
  { vault, chain }: EnvelopeHead,
  head: EnvelopeHead,
  epochBefore: number,
): RunBroken["rule"] | undefined => {
  if (head.vault !== vault) return "one vault";
  if (head.chain !== chain) return "one chain";
  if ((head.kind === EnvelopeKind.Open) !== (head.seq === 1)) return "open comes first";
  if (head.epoch < epochBefore) return "epoch never falls";
  return undefined;
};

export const verifyRun = (
  start: RunStart,
  envelopes: readonly Envelope[],
  signKey: SignPublicKey,
): Result<VerifiedRun, RunError> => {
  const [first] = envelopes;
  const newest = envelopes.at(-1);
  if (first === undefined || newest === undefined) return err({ type: "RunEmpty" });
  const verified: VerifiedEnvelope[] = [];
  let { head: last, epoch } = start;
  let hash: Uint8Array = new Uint8Array();
  for (const envelope of envelopes) {
    const { head, body } = envelope;
    const rule = brokenRule(first.head, head, epoch);
    if (rule) return err({ type: "RunBroken", rule, chain: head.chain, seq: head.seq });
    if (body !== undefined && !isBodyOf(head, body))
      return err({
        type: "BodyHashMismatch",
        chain: head.chain,
        seq: head.seq,
      });
    hash = linkHash(envelopeLink, encodeHead(head));
    const id = envelopeIds.fromBytes(hash);
    const followed = followLink(last, {
      at: head.seq,
      id,
      previous: head.previous,
    });
    if (!followed.ok) return followed;
    last = followed.value;
    epoch = head.epoch;
    verified.push(asVerified(envelope, id));
  }
  if (!isLinkSignedBy(envelopeLink, hash, signKey, newest.signature))
    return err({
      type: "BadSignature",
      what: "envelope",
      of: newest.head.chain,
      at: newest.head.seq,
    });
  return ok({ head: last, epoch, envelopes: verified });
};
