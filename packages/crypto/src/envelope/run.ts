/**
 * A run: contiguous envelopes of one chain. It verifies by its links and the one signature on its
 * newest head, which is 20 times cheaper than a signature each. Inner signatures are not looked at
 * here: check one with `verifySignedHead` before it is used as proof.
 */
import { type ChainId, type EnvelopeId, envelopeIds, noEnvelope, type VaultId } from "../ids.ts";
import {
  followLink,
  isLinkSignedBy,
  type LinkForked,
  type LinkGap,
  linkHash,
  type LinkPoint,
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

export type ChainHead = LinkPoint<EnvelopeId>;

/** What is known of a chain: a run of it goes on from here, and no run of another does. */
export interface KnownChain {
  readonly vault: VaultId;
  readonly chain: ChainId;
  readonly head: ChainHead;
  /** Of the newest envelope. */
  readonly epoch: number;
}

/** A chain of which nothing is here yet. */
export const newChain = (vault: VaultId, chain: ChainId): KnownChain => ({
  vault,
  chain,
  head: { at: 0, id: noEnvelope },
  epoch: 0,
});

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

export interface VerifiedRun extends KnownChain {
  readonly envelopes: readonly VerifiedEnvelope[];
  /** As each was encoded and hashed, in the same order: a store need not do it again. */
  readonly headBytes: readonly Uint8Array[];
}

/** An envelope without what its run implies: where it stands, and what it follows. */
export type BareEnvelope = Omit<EnvelopeHead, "vault" | "chain" | "seq" | "previous"> &
  Pick<Envelope, "signature" | "body">;

const brokenRule = (
  known: Pick<KnownChain, "vault" | "chain" | "epoch">,
  head: EnvelopeHead,
): RunBroken["rule"] | undefined => {
  if (head.vault !== known.vault) return "one vault";
  if (head.chain !== known.chain) return "one chain";
  if ((head.kind === EnvelopeKind.Open) !== (head.seq === 1)) return "open comes first";
  if (head.epoch < known.epoch) return "epoch never falls";
  return undefined;
};

export const verifyRun = (
  known: KnownChain,
  envelopes: readonly Envelope[],
  signKey: SignPublicKey,
): Result<VerifiedRun, RunError> => verifyEach(known, envelopes, (envelope) => envelope, signKey);

/**
 * The same for envelopes that say nothing that the run implies: each follows the one before it, so each
 * head is encoded and hashed once.
 */
export const verifyBareRun = (
  known: KnownChain,
  envelopes: readonly BareEnvelope[],
  signKey: SignPublicKey,
): Result<VerifiedRun, RunError> => {
  const { vault, chain } = known;
  return verifyEach(
    known,
    envelopes,
    ({ signature, body, ...fields }, last) => ({
      head: { ...fields, vault, chain, seq: last.at + 1, previous: last.id },
      signature,
      body,
    }),
    signKey,
  );
};

const verifyEach = <Item extends Pick<Envelope, "signature">>(
  known: KnownChain,
  items: readonly Item[],
  envelopeOf: (item: Item, last: ChainHead) => Envelope,
  signKey: SignPublicKey,
): Result<VerifiedRun, RunError> => {
  const newest = items.at(-1);
  if (newest === undefined) return err({ type: "RunEmpty" });
  const verified: VerifiedEnvelope[] = [];
  const headBytes: Uint8Array[] = [];
  const { vault, chain } = known;
  let { head: last, epoch } = known;
  let hash: Uint8Array = new Uint8Array();
  for (const item of items) {
    const envelope = envelopeOf(item, last);
    const { head, body } = envelope;
    const rule = brokenRule({ vault, chain, epoch }, head);
    if (rule) return err({ type: "RunBroken", rule, chain: head.chain, seq: head.seq });
    if (body !== undefined && !isBodyOf(head, body))
      return err({
        type: "BodyHashMismatch",
        chain: head.chain,
        seq: head.seq,
      });
    const encoded = encodeHead(head);
    headBytes.push(encoded);
    hash = linkHash(envelopeLink, encoded);
    const id = envelopeIds.fromBytes(hash);
    const followed = followLink(last, { at: head.seq, id, previous: head.previous });
    if (!followed.ok) return followed;
    last = followed.value;
    epoch = head.epoch;
    verified.push(asVerified(envelope, id));
  }
  if (!isLinkSignedBy(envelopeLink, hash, signKey, newest.signature))
    return err({
      type: "BadSignature",
      what: "envelope",
      of: chain,
      at: last.at,
    });
  return ok({ vault, chain, head: last, epoch, envelopes: verified, headBytes });
};
