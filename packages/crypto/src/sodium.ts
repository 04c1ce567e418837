/**
 * The only import of libsodium. Everything else sees the few calls below, so that what we lean on can
 * be read on one page. `libsodium-wrappers` is one WASM build for Node and browsers; its `-sumo` build
 * is loaded only when a passphrase is stretched, since Argon2id is only there.
 *
 * Random bytes do not come from here: `randombytes_buf` in WASM is 30 times slower than the platform.
 */
import sodium from "libsodium-wrappers";

await sodium.ready;

export interface Ed25519Pair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export const ed25519Pair = (seed: Uint8Array): Ed25519Pair => {
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
  return { publicKey, secretKey: privateKey };
};

export const ed25519Sign = (message: Uint8Array, secretKey: Uint8Array): Uint8Array =>
  sodium.crypto_sign_detached(message, secretKey);

export const ed25519Verify = (
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean => sodium.crypto_sign_verify_detached(signature, message, publicKey);

export interface XWingPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export const xwingPair = (seed: Uint8Array): XWingPair => {
  const { publicKey, privateKey } = sodium.crypto_kem_xwing_seed_keypair(seed);
  return { publicKey, secretKey: privateKey };
};

export interface Encapsulation {
  readonly ciphertext: Uint8Array;
  readonly sharedSecret: Uint8Array;
}

/** Undefined when the public key is not one: X-Wing checks ML-KEM's modulus and X25519's order. */
export const xwingEncapsulate = (
  publicKey: Uint8Array,
  seed: Uint8Array,
): Encapsulation | undefined => {
  try {
    return sodium.crypto_kem_xwing_enc_deterministic(publicKey, seed);
  } catch {
    return undefined; // the wrappers throw a bare Error where the C function returns -1
  }
};

/** Undefined when the X25519 half is of low order; a wrong ML-KEM half gives a wrong secret instead. */
export const xwingDecapsulate = (
  ciphertext: Uint8Array,
  secretKey: Uint8Array,
): Uint8Array | undefined => {
  try {
    return sodium.crypto_kem_xwing_dec(ciphertext, secretKey);
  } catch {
    return undefined; // as above
  }
};

export interface AeadInput {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly associated: Uint8Array;
}

export const aeadSeal = (
  { key, nonce, associated }: AeadInput,
  plaintext: Uint8Array,
): Uint8Array =>
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, null, nonce, key);

/** Undefined when the tag does not fit. */
export const aeadOpen = (
  { key, nonce, associated }: AeadInput,
  sealed: Uint8Array,
): Uint8Array | undefined => {
  if (sealed.length < sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES) return undefined;
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, associated, nonce, key);
  } catch {
    return undefined; // the wrappers throw "wrong secret key for the given ciphertext"
  }
};

/** BLAKE2b over all parts in turn; large parts are streamed instead of joined. */
export const blake2b = (
  byteLength: number,
  key: Uint8Array | null,
  parts: readonly Uint8Array[],
): Uint8Array => {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined)
    return sodium.crypto_generichash(byteLength, only, key);
  const state = sodium.crypto_generichash_init(key, byteLength);
  for (const part of parts) sodium.crypto_generichash_update(state, part);
  return sodium.crypto_generichash_final(state, byteLength);
};

/** For secrets; public bytes are compared by bytes.ts. */
export const secretsAreEqual = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && sodium.memcmp(left, right);

export interface Argon2idInput {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly opsLimit: number;
  readonly memoryByteLength: number;
}

export const argon2id = async (
  byteLength: number,
  { passphrase, salt, opsLimit, memoryByteLength }: Argon2idInput,
): Promise<Uint8Array> => {
  const { default: sumo } = await import("libsodium-wrappers-sumo");
  await sumo.ready;
  return sumo.crypto_pwhash(
    byteLength,
    passphrase,
    salt,
    opsLimit,
    memoryByteLength,
    sumo.crypto_pwhash_ALG_ARGON2ID13,
  );
};
