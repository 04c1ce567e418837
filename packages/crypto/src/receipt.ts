/** Door `@duro/crypto/receipt`: the relay's own key, and nothing else that is secret. */
import { labels } from "./labels.ts";
import { asSignPublicKey, type Signature, type SignPublicKey } from "./publicKeys.ts";
import type { RandomBytes } from "./random.ts";
import { type ReceiptClaim, receiptClaimBytes } from "./receiptClaim.ts";
import { type Secret, secret } from "./secret.ts";
import { sign, type SignSecretKey } from "./sign.ts";
import { keyByteLength } from "./sizes.ts";
import { ed25519Pair } from "./sodium.ts";

export interface RelayKeys {
  readonly signKey: SignPublicKey;
  readonly signSecret: SignSecretKey;
  /** For the file beside the data. */
  readonly seed: Secret<Uint8Array>;
}

export const relayKeysFromSeed = (seed: Secret<Uint8Array>): RelayKeys => {
  const { publicKey, secretKey } = ed25519Pair(seed.reveal());
  return { signKey: asSignPublicKey(publicKey), signSecret: secret(secretKey), seed };
};

export const createRelayKeys = (deps: { readonly randomBytes: RandomBytes }): RelayKeys =>
  relayKeysFromSeed(secret(deps.randomBytes(keyByteLength)));

export const signReceipt = (keys: RelayKeys, claim: ReceiptClaim): Signature =>
  sign(keys.signSecret, labels.signReceipt, receiptClaimBytes(claim));

export { systemRandomBytes, type RandomBytes } from "./random.ts";
export { secret, type Secret } from "./secret.ts";
export type { ReceiptClaim } from "./receiptClaim.ts";
