/**
 * The body of an envelope: commitment, clear part, ciphertext. It can be dropped and the chain still
 * verifies, since the head holds only its hash. What the plaintext means is the protocol's matter.
 */
import { bytesAreEqual } from "../bytes/bytes.ts";
import { decode, type Malformed } from "../bytes/reader.ts";
import { encode } from "../bytes/writer.ts";
import { hash32 } from "../hash.ts";
import { labels } from "../labels.ts";
import type { VaultKey } from "../keys/vaultKey.ts";
import { pad, unpad } from "../padding.ts";
import type { RandomBytes } from "../random.ts";
import { assert, err, ok, type Result } from "../result.ts";
import { type CommitmentMismatch, open, seal, type SealBroken } from "../seal.ts";
import {
  bodyByteLengthMax,
  bodyClearByteLengthMax,
  bodyPlaintextByteLengthMax,
  commitmentByteLength,
} from "../sizes.ts";
import { concatBytes } from "../bytes/bytes.ts";
import { type EnvelopeHead, type HeadFields, headPrefixBytes } from "./head.ts";

export interface BodyContent {
  /** What the relay must read to do its part: coverage, verdicts. Empty for most kinds. */
  readonly clear: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** The bytes are not the ones the author signed: the relay's fault, fetch again. */
export interface BodyHashMismatch {
  readonly type: "BodyHashMismatch";
  readonly chain: string;
  readonly seq: number;
}
/** The key at hand is of another vault or epoch: ours to mend, no verdict on the envelope. */
export interface WrongVaultKey {
  readonly type: "WrongVaultKey";
  readonly expected: { readonly vault: string; readonly epoch: number };
  readonly got: { readonly vault: string; readonly epoch: number };
}
/** What the author signed cannot be opened: void for everyone. */
export type BodyVoid = CommitmentMismatch | SealBroken | Malformed;
export type BodyError = BodyHashMismatch | WrongVaultKey | BodyVoid;

export const bodyHashOf = (body: Uint8Array): Uint8Array => hash32(labels.bodyHash, body);

export const sealBody = (
  deps: { readonly randomBytes: RandomBytes },
  key: VaultKey,
  head: HeadFields,
  { clear, plaintext }: BodyContent,
): { readonly nonce: Uint8Array; readonly body: Uint8Array } => {
  assert(key.vault === head.vault && key.epoch === head.epoch, "the head names the key's epoch");
  assert(plaintext.length <= bodyPlaintextByteLengthMax, "larger values go into blobs");
  assert(clear.length <= bodyClearByteLengthMax, "the clear part has a limit");
  const surroundings = { head: headPrefixBytes(head), clear };
  const sealed = seal(deps, key.bodies, surroundings, pad(plaintext));
  const clearBytes = encode((to) => to.varBytes(clear));
  const body = concatBytes(clearBytes, sealed.bytes);
  return { nonce: sealed.nonce, body };
};

const splitBody = (body: Uint8Array) =>
  decode({ what: "body", byteLengthMax: bodyByteLengthMax }, body, (from) => {
    const clear = from.varBytes(bodyClearByteLengthMax);
    const sealed = from.rest(bodyByteLengthMax);
    if (sealed.length < commitmentByteLength) from.refuse("a commitment", `${sealed.length} bytes`);
    return { clear, sealed };
  });

/** The clear part, for the relay, which has no key. The hash must have been checked. */
export const readClear = (body: Uint8Array): Result<Uint8Array, Malformed> => {
  const split = splitBody(body);
  return split.ok ? ok(split.value.clear) : split;
};

/** The bytes the head speaks of? Asked before anything else is. */
export const isBodyOf = (head: EnvelopeHead, body: Uint8Array): boolean =>
  body.length === head.bodyByteLength && bytesAreEqual(bodyHashOf(body), head.bodyHash);

export const openBody = (
  key: VaultKey,
  head: EnvelopeHead,
  body: Uint8Array,
): Result<BodyContent, BodyError> => {
  if (key.vault !== head.vault || key.epoch !== head.epoch)
    return err({
      type: "WrongVaultKey",
      expected: { vault: head.vault, epoch: head.epoch },
      got: { vault: key.vault, epoch: key.epoch },
    });
  if (!isBodyOf(head, body))
    return err({ type: "BodyHashMismatch", chain: head.chain, seq: head.seq });
  const split = splitBody(body);
  if (!split.ok) return split;
  const { clear, sealed } = split.value;
  const surroundings = { head: headPrefixBytes(head), clear };
  const padded = open(key.bodies, surroundings, {
    nonce: head.nonce,
    bytes: sealed,
  });
  if (!padded.ok) return padded;
  const plaintext = unpad(padded.value);
  return plaintext.ok ? ok({ clear, plaintext: plaintext.value }) : plaintext;
};
