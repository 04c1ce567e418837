/**
 * A run on the wire: contiguous envelopes of one chain, without what the connection and the run itself
 * already say. Version, suite and vault are implied, seqs count up, and a link's predecessor is the
 * envelope before it. Every run has one spelling.
 */
import {
  assert,
  type ChainId,
  chainIds,
  type EnvelopeId,
  envelopeIds,
  type Reader,
  readSignature,
  type RecordId,
  recordIds,
  type Signature,
  sizes,
  type Writer,
  type EnvelopeKind,
  readKindAndFlags,
} from "@duro/crypto/types";
import { envelopesPerFrameMax } from "../limits.ts";
import { readCounting } from "./shapes.ts";

export interface WireEnvelope {
  readonly kind: EnvelopeKind;
  readonly flags: number;
  readonly epoch: number;
  readonly logHead: RecordId;
  readonly nonce: Uint8Array;
  readonly bodyHash: Uint8Array;
  readonly signature: Signature;
  readonly bodyByteLength: number;
  /** Undefined once dropped, or where only heads are wanted. */
  readonly body: Uint8Array | undefined;
}

export interface Run {
  readonly chain: ChainId;
  readonly firstSeq: number;
  /** Id of the envelope before the first one. */
  readonly previous: EnvelopeId;
  /** At least one. */
  readonly envelopes: readonly WireEnvelope[];
}

/** What stands behind these bits in an envelope. Numbers on the wire: never reused. */
const Says = { Epoch: 1, LogHead: 2, Body: 4 } as const;
const saysMax = Says.Epoch | Says.LogHead | Says.Body;

const bodyHashByteLength = 32;
const epochMax = 0xffff_ffff;

/** Kind, flags, bits, nonce, body hash, signature, and the length of a body. */
const envelopeByteLengthMin =
  3 + sizes.nonceByteLength + bodyHashByteLength + sizes.signatureByteLength + 1;

/** Chain, seq, previous, count; then one envelope that says its epoch and its log head. */
export const runByteLengthMin =
  chainIds.byteLength +
  1 +
  envelopeIds.byteLength +
  1 +
  envelopeByteLengthMin +
  1 +
  recordIds.byteLength;

export const writeRun = (to: Writer, run: Run): void => {
  assert(run.envelopes.length > 0, "a run has an envelope");
  chainIds.write(to, run.chain);
  to.varUint(run.firstSeq);
  envelopeIds.write(to, run.previous);
  let before: WireEnvelope | undefined;
  to.list(run.envelopes, (_, envelope) => {
    writeEnvelope(to, envelope, before);
    before = envelope;
  });
};

export const readRun = (from: Reader): Run => {
  const chain = chainIds.read(from);
  const firstSeq = readCounting(from, "seq");
  const previous = envelopeIds.read(from);
  let before: WireEnvelope | undefined;
  const envelopes = from.list(envelopesPerFrameMax, envelopeByteLengthMin, () => {
    before = readEnvelope(from, before);
    return before;
  });
  if (envelopes.length === 0) from.refuse("at least one envelope", "none");
  if (firstSeq > Number.MAX_SAFE_INTEGER - (envelopes.length - 1))
    from.refuse("seqs below 2^53", `${envelopes.length} from ${firstSeq}`);
  return { chain, firstSeq, previous, envelopes };
};

const writeEnvelope = (
  to: Writer,
  envelope: WireEnvelope,
  before: WireEnvelope | undefined,
): void => {
  const { epoch, logHead, nonce, bodyHash, body } = envelope;
  assert(nonce.length === sizes.nonceByteLength, "a nonce has 24 bytes");
  assert(bodyHash.length === bodyHashByteLength, "a body hash has 32 bytes");
  const saysEpoch = epoch !== before?.epoch;
  const saysLogHead = logHead !== before?.logHead;
  to.u8(envelope.kind);
  to.u8(envelope.flags);
  to.u8(
    (saysEpoch ? Says.Epoch : 0) |
      (saysLogHead ? Says.LogHead : 0) |
      (body === undefined ? 0 : Says.Body),
  );
  if (saysEpoch) to.varUint(epoch);
  if (saysLogHead) recordIds.write(to, logHead);
  to.bytes(nonce);
  to.bytes(bodyHash);
  to.bytes(envelope.signature);
  if (body === undefined) return to.varUint(envelope.bodyByteLength);
  assert(body.length === envelope.bodyByteLength, "a head says how long its body is");
  to.varBytes(body);
};

const readEnvelope = (from: Reader, before: WireEnvelope | undefined): WireEnvelope => {
  const { kind, flags } = readKindAndFlags(from);
  const says = from.u8();
  if (says > saysMax) from.refuse("bits that are known", `${says}`);
  const epoch = readEpoch(from, (says & Says.Epoch) !== 0, before?.epoch);
  const logHead = readEnvelopeLogHead(from, (says & Says.LogHead) !== 0, before?.logHead);
  const nonce = from.bytes(sizes.nonceByteLength);
  const bodyHash = from.bytes(bodyHashByteLength);
  const signature = readSignature(from);
  const signed = { kind, flags, epoch, logHead, nonce, bodyHash, signature };
  if ((says & Says.Body) === 0)
    return { ...signed, bodyByteLength: readBodyByteLength(from), body: undefined };
  const body = from.varBytes(sizes.bodyByteLengthMax);
  refuseShortBody(from, body.length);
  return { ...signed, bodyByteLength: body.length, body };
};

const readEpoch = (from: Reader, isSaid: boolean, before: number | undefined): number => {
  if (!isSaid) return before ?? from.refuse("an epoch in the first envelope", "none");
  const epoch = readCounting(from, "epoch", epochMax);
  return epoch === before ? from.refuse("another epoch than before", `${epoch}`) : epoch;
};

const readEnvelopeLogHead = (
  from: Reader,
  isSaid: boolean,
  before: RecordId | undefined,
): RecordId => {
  if (!isSaid) return before ?? from.refuse("a log head in the first envelope", "none");
  const logHead = recordIds.read(from);
  return logHead === before ? from.refuse("another log head than before", logHead) : logHead;
};

const refuseShortBody = (from: Reader, byteLength: number): void => {
  if (byteLength < sizes.bodyByteLengthMin)
    from.refuse(`a body from ${sizes.bodyByteLengthMin} bytes`, `${byteLength}`);
};

const readBodyByteLength = (from: Reader): number => {
  const byteLength = from.varUint(sizes.bodyByteLengthMax);
  refuseShortBody(from, byteLength);
  return byteLength;
};
