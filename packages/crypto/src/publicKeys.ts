/** Public keys and signatures as bytes that cannot be swapped. Cast here, after the length is known. */
import type { Reader } from "./bytes/reader.ts";
import type { Brand } from "./ids.ts";
import { assert } from "./result.ts";
import {
  boxByteLength,
  commitmentByteLength,
  kemPublicKeyByteLength,
  signatureByteLength,
  signPublicKeyByteLength,
  wrapByteLength,
} from "./sizes.ts";

export type SignPublicKey = Uint8Array & Brand<"SignPublicKey">;
export type KemPublicKey = Uint8Array & Brand<"KemPublicKey">;
export type Signature = Uint8Array & Brand<"Signature">;
/** A labelled hash of a secret key: tells that two people hold the same one, and nothing else. */
export type KeyCommitment = Uint8Array & Brand<"KeyCommitment">;
/** A key sealed to one X-Wing public key. */
export type KeyBox = Uint8Array & Brand<"KeyBox">;
/** A key sealed under its successor. */
export type KeyWrap = Uint8Array & Brand<"KeyWrap">;

const sized =
  <T extends Uint8Array>(what: string, byteLength: number) =>
  (bytes: Uint8Array): T => {
    assert(bytes.length === byteLength, `a ${what} has ${byteLength} bytes`);
    return bytes as T;
  };

export const asSignPublicKey = sized<SignPublicKey>("signing key", signPublicKeyByteLength);
export const asKemPublicKey = sized<KemPublicKey>("kem key", kemPublicKeyByteLength);
export const asSignature = sized<Signature>("signature", signatureByteLength);
export const asKeyCommitment = sized<KeyCommitment>("key commitment", commitmentByteLength);
export const asKeyBox = sized<KeyBox>("key box", boxByteLength);
export const asKeyWrap = sized<KeyWrap>("key wrap", wrapByteLength);

export const readSignPublicKey = (from: Reader): SignPublicKey =>
  asSignPublicKey(from.bytes(signPublicKeyByteLength));
export const readKemPublicKey = (from: Reader): KemPublicKey =>
  asKemPublicKey(from.bytes(kemPublicKeyByteLength));
export const readSignature = (from: Reader): Signature =>
  asSignature(from.bytes(signatureByteLength));
export const readKeyCommitment = (from: Reader): KeyCommitment =>
  asKeyCommitment(from.bytes(commitmentByteLength));
export const readKeyBox = (from: Reader): KeyBox => asKeyBox(from.bytes(boxByteLength));
export const readKeyWrap = (from: Reader): KeyWrap => asKeyWrap(from.bytes(wrapByteLength));
