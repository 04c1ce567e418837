/**
 * A key sealed to one X-Wing public key (ML-KEM-768 with X25519, so that what is harvested today stays
 * closed). The context names everything the key is for, and the key's commitment: a box opened for
 * anybody else, under another epoch, vault or commitment, is refused. docs/crypto.md §7.
 */
import { derive32 } from "../hash.ts";
import { type Label, labels } from "../labels.ts";
import { asKeyBox, type KemPublicKey, type KeyBox, type KeyCommitment } from "../publicKeys.ts";
import type { RandomBytes } from "../random.ts";
import { err, ok, type Result } from "../result.ts";
import { type Secret, secret } from "../secret.ts";
import { concatBytes } from "../bytes/bytes.ts";
import { kemCiphertextByteLength, kemSeedByteLength, nonceByteLength } from "../sizes.ts";
import {
  aeadOpen,
  aeadSeal,
  secretsAreEqual,
  xwingDecapsulate,
  xwingEncapsulate,
} from "../sodium.ts";

export type KemSecretKey = Secret<Uint8Array>;

/** Which key a box or a wrap holds, and for what; the bytes are fixed in docs/crypto.md §7. */
export interface KeyContext {
  readonly label: Label;
  readonly bytes: Uint8Array;
  readonly commitment: KeyCommitment;
  readonly commit: (key: Uint8Array) => KeyCommitment;
}

export interface NotAKemKey {
  readonly type: "NotAKemKey";
}

/** Opened for the wrong person or purpose, or changed on the way; which of these cannot be told. */
export interface BoxBroken {
  readonly type: "BoxBroken";
}
/** It opens, but holds another key than the record committed to. */
export interface KeyCommitmentMismatch {
  readonly type: "KeyCommitmentMismatch";
}
export type BoxError = BoxBroken | KeyCommitmentMismatch;

/** Each box key seals one key, chosen before: the commitment is in its derivation. So no nonce. */
const noNonce = new Uint8Array(nonceByteLength);

const boxKey = (
  sharedSecret: Uint8Array,
  kemKey: KemPublicKey,
  ciphertext: Uint8Array,
  context: KeyContext,
) => {
  const associated = concatBytes(context.bytes, context.commitment);
  const key = derive32(
    sharedSecret,
    labels.boxKey,
    new TextEncoder().encode(context.label),
    kemKey,
    ciphertext,
    associated,
  );
  return { key, nonce: noNonce, associated };
};

export const sealBox = (
  deps: { readonly randomBytes: RandomBytes },
  kemKey: KemPublicKey,
  context: KeyContext,
  key: Secret<Uint8Array>,
): Result<KeyBox, NotAKemKey> => {
  const encapsulated = xwingEncapsulate(kemKey, deps.randomBytes(kemSeedByteLength));
  if (encapsulated === undefined) return err({ type: "NotAKemKey" });
  const { ciphertext, sharedSecret } = encapsulated;
  const sealed = aeadSeal(boxKey(sharedSecret, kemKey, ciphertext, context), key.reveal());
  return ok(asKeyBox(concatBytes(ciphertext, sealed)));
};

export const openBox = (
  recipient: {
    readonly kemKey: KemPublicKey;
    readonly kemSecret: KemSecretKey;
  },
  context: KeyContext,
  box: KeyBox,
): Result<Secret<Uint8Array>, BoxError> => {
  const ciphertext = box.subarray(0, kemCiphertextByteLength);
  const sharedSecret = xwingDecapsulate(ciphertext, recipient.kemSecret.reveal());
  if (sharedSecret === undefined) return err({ type: "BoxBroken" });
  const opened = aeadOpen(
    boxKey(sharedSecret, recipient.kemKey, ciphertext, context),
    box.subarray(kemCiphertextByteLength),
  );
  if (opened === undefined) return err({ type: "BoxBroken" });
  return keepCommitted(context, opened);
};

/** A key counts only as the one its commitment names: everybody in a rotation holds the same. */
export const keepCommitted = (
  context: KeyContext,
  key: Uint8Array,
): Result<Secret<Uint8Array>, KeyCommitmentMismatch> =>
  secretsAreEqual(context.commit(key), context.commitment)
    ? ok(secret(key))
    : err({ type: "KeyCommitmentMismatch" });
