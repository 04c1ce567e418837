/** Ed25519 over a label and parts. A signature for one purpose is no signature for another. */
import { framed } from "./hash.ts";
import type { Label } from "./labels.ts";
import { asSignature, type Signature, type SignPublicKey } from "./publicKeys.ts";
import type { Secret } from "./secret.ts";
import { ed25519Sign, ed25519Verify } from "./sodium.ts";

export type SignSecretKey = Secret<Uint8Array>;

export const sign = (
  key: SignSecretKey,
  label: Label,
  ...parts: readonly Uint8Array[]
): Signature => asSignature(ed25519Sign(framed(label, parts), key.reveal()));

export const isSignedBy = (
  key: SignPublicKey,
  signature: Signature,
  label: Label,
  ...parts: readonly Uint8Array[]
): boolean => ed25519Verify(signature, framed(label, parts), key);
