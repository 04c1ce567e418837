/**
 * Seals bytes so that they open under one key only. Knows neither envelopes nor blobs: both hand in
 * a root key for their purpose, the head in front of the nonce, and what stays clear. docs/crypto.md §5.
 *
 * Each message has a key of its own, derived from everything that surrounds it. Half of that
 * derivation is published as a commitment, so a crafted ciphertext that opens under two keys fails
 * before it is decrypted. The nonce hashes the plaintext too: a resumed machine image with the same
 * random state still cannot seal two texts under one nonce.
 */
import { concatBytes } from "./bytes/bytes.ts";
import { derive24, derive32, derivePair } from "./hash.ts";
import { type Label, labels } from "./labels.ts";
import type { RandomBytes } from "./random.ts";
import { err, ok, type Result } from "./result.ts";
import { type Secret, secret } from "./secret.ts";
import { commitmentByteLength, nonceByteLength, tagByteLength } from "./sizes.ts";
import { aeadOpen, aeadSeal, secretsAreEqual } from "./sodium.ts";

/** A key for sealing one kind of thing in one epoch of one vault. */
export interface SealRoot {
  readonly messages: Secret<Uint8Array>;
  readonly nonces: Secret<Uint8Array>;
}

/** What surrounds a sealed text and is authenticated with it. */
export interface Surroundings {
  /** Everything of the head in front of the nonce. */
  readonly head: Uint8Array;
  /** What travels in clear beside the sealed text. */
  readonly clear: Uint8Array;
}

export interface Sealed {
  readonly nonce: Uint8Array;
  readonly commitment: Uint8Array;
  /** With the tag behind it. */
  readonly ciphertext: Uint8Array;
}

/** Made under another key, another head or another clear part. Checked before anything is decrypted. */
export interface CommitmentMismatch {
  readonly type: "CommitmentMismatch";
}
/** The tag does not fit: the ciphertext was changed. */
export interface SealBroken {
  readonly type: "SealBroken";
}

export const sealRoot = (
  key: Secret<Uint8Array>,
  label: Label,
  ...context: readonly Uint8Array[]
): SealRoot => {
  const messages = derive32(key.reveal(), label, ...context);
  return {
    messages: secret(messages),
    nonces: secret(derive32(messages, labels.nonceKey)),
  };
};

const messageKey = (root: SealRoot, { head, clear }: Surroundings, nonce: Uint8Array) => {
  const { first, second } = derivePair(
    root.messages.reveal(),
    labels.messageKey,
    head,
    nonce,
    clear,
  );
  return {
    commitment: first,
    key: second,
    nonce,
    associated: concatBytes(head, nonce, clear),
  };
};

export const seal = (
  deps: { readonly randomBytes: RandomBytes },
  root: SealRoot,
  surroundings: Surroundings,
  plaintext: Uint8Array,
): Sealed => {
  const nonce = derive24(
    root.nonces.reveal(),
    labels.nonce,
    deps.randomBytes(nonceByteLength),
    surroundings.head,
    surroundings.clear,
    plaintext,
  );
  const message = messageKey(root, surroundings, nonce);
  return { nonce, commitment: message.commitment, ciphertext: aeadSeal(message, plaintext) };
};

export const open = (
  root: SealRoot,
  surroundings: Surroundings,
  { nonce, commitment, ciphertext }: Sealed,
): Result<Uint8Array, CommitmentMismatch | SealBroken> => {
  const message = messageKey(root, surroundings, nonce);
  if (!secretsAreEqual(message.commitment, commitment)) return err({ type: "CommitmentMismatch" });
  const plaintext = aeadOpen(message, ciphertext);
  return plaintext === undefined ? err({ type: "SealBroken" }) : ok(plaintext);
};

/** Nonce, commitment, ciphertext: the form where no head carries the nonce. */
export const sealedBytes = ({ nonce, commitment, ciphertext }: Sealed): Uint8Array =>
  concatBytes(nonce, commitment, ciphertext);

export const sealedByteLength = (plaintextByteLength: number): number =>
  nonceByteLength + commitmentByteLength + plaintextByteLength + tagByteLength;

/** Views, for a caller that opens it at once. The length must have been checked. */
export const splitSealed = (bytes: Uint8Array): Sealed => ({
  nonce: bytes.subarray(0, nonceByteLength),
  commitment: bytes.subarray(nonceByteLength, nonceByteLength + commitmentByteLength),
  ciphertext: bytes.subarray(nonceByteLength + commitmentByteLength),
});
