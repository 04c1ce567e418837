/**
 * An envelope: a signed head and its body, or the head alone once the body was dropped. Its id is
 * the labelled hash of the head; the author's device signs the id.
 */
import { decode, type Malformed, type Reader } from "../bytes/reader.ts";
import { encode, type Writer } from "../bytes/writer.ts";
import { hash16 } from "../hash.ts";
import {
  type Brand,
  type ChainId,
  chainIds,
  type EnvelopeId,
  envelopeIds,
  type Incarnation,
  incarnations,
} from "../ids.ts";
import { labels } from "../labels.ts";
import { isLinkSignedBy, type LinkLabels, linkHash } from "../link.ts";
import { readSignature, type Signature, type SignPublicKey } from "../publicKeys.ts";
import { err, ok, type Result } from "../result.ts";
import { bodyByteLengthMax, headByteLength, signatureByteLength } from "../sizes.ts";
import { unsupported, type VersionUnsupported } from "../version.ts";
import { type BodyHashMismatch, isBodyOf } from "./bodyForm.ts";
import { encodeHead, type EnvelopeHead, readHead, writeHead } from "./head.ts";

export interface SignedHead {
  readonly head: EnvelopeHead;
  readonly signature: Signature;
}

export interface Envelope extends SignedHead {
  /** Undefined once dropped, or not asked for. */
  readonly body: Uint8Array | undefined;
}

/**
 * An envelope whose signature, or that of a later one of its run, was checked, and whose body, if it
 * is here, is the one the head speaks of. Only `verifyEnvelope` and `verifyRun` make one.
 */
export type VerifiedEnvelope = Envelope & { readonly id: EnvelopeId } & Brand<"VerifiedEnvelope">;

/** For the two functions that have checked. */
export const asVerified = (envelope: Envelope, id: EnvelopeId): VerifiedEnvelope =>
  ({ ...envelope, id }) as VerifiedEnvelope;

export interface BadSignature {
  readonly type: "BadSignature";
  readonly what: string;
  /** Chain or log, and where in it. */
  readonly of: string;
  readonly at: number;
}

export type EnvelopeError = Malformed | VersionUnsupported;

export const envelopeLink: LinkLabels = {
  id: labels.envelopeId,
  signature: labels.signEnvelope,
};

export const envelopeIdOf = (head: EnvelopeHead): EnvelopeId =>
  envelopeIds.fromBytes(linkHash(envelopeLink, encodeHead(head)));

/** A device is asked for its chain with every envelope, and goes by one incarnation for months. */
const newestAsked = new WeakMap<SignPublicKey, { incarnation: Incarnation; chain: ChainId }>();

/** So a chain id proves whose chain it is, and nobody opens one under another's name. */
export const chainIdOf = (signKey: SignPublicKey, incarnation: Incarnation): ChainId => {
  const known = newestAsked.get(signKey);
  if (known?.incarnation === incarnation) return known.chain;
  const chain = chainIds.fromBytes(
    hash16(labels.chainId, signKey, incarnations.toBytes(incarnation)),
  );
  newestAsked.set(signKey, { incarnation, chain });
  return chain;
};

/** One signed head: for proofs, where no later head vouches for it. */
export const verifySignedHead = (
  { head, signature }: SignedHead,
  signKey: SignPublicKey,
): Result<EnvelopeId, BadSignature> => {
  const hash = linkHash(envelopeLink, encodeHead(head));
  return isLinkSignedBy(envelopeLink, hash, signKey, signature)
    ? ok(envelopeIds.fromBytes(hash))
    : err({
        type: "BadSignature",
        what: "envelope",
        of: head.chain,
        at: head.seq,
      });
};

export const verifyEnvelope = (
  envelope: Envelope,
  signKey: SignPublicKey,
): Result<VerifiedEnvelope, BadSignature | BodyHashMismatch> => {
  const { head, body } = envelope;
  if (body !== undefined && !isBodyOf(head, body))
    return err({ type: "BodyHashMismatch", chain: head.chain, seq: head.seq });
  const id = verifySignedHead(envelope, signKey);
  return id.ok ? ok(asVerified(envelope, id.value)) : id;
};

export const writeSignedHead = (to: Writer, { head, signature }: SignedHead): void => {
  writeHead(to, head);
  to.bytes(signature);
};

export const readSignedHead = (from: Reader): SignedHead => ({
  head: readHead(from),
  signature: readSignature(from),
});

/** Head, signature, body: the form in stores, backups and vectors. Without a body it just ends. */
export const encodeEnvelope = (envelope: Envelope): Uint8Array =>
  encode((to) => {
    writeSignedHead(to, envelope);
    if (envelope.body !== undefined) to.bytes(envelope.body);
  });

const envelopeByteLengthMax = headByteLength + signatureByteLength + bodyByteLengthMax;

export const decodeEnvelope = (bytes: Uint8Array): Result<Envelope, EnvelopeError> => {
  const newer = unsupported("envelope", bytes);
  if (newer) return err(newer);
  return decode({ what: "envelope", byteLengthMax: envelopeByteLengthMax }, bytes, (from) => {
    const signed = readSignedHead(from);
    const body = from.rest(bodyByteLengthMax);
    if (body.length !== 0 && body.length !== signed.head.bodyByteLength)
      from.refuse(`a body of ${signed.head.bodyByteLength} bytes`, `${body.length}`);
    return { ...signed, body: body.length === 0 ? undefined : body };
  });
};
