/**
 * Seals and opens the body of an envelope. What the plaintext means is the protocol's matter.
 */
import { concatBytes } from "../bytes/bytes.ts";
import type { Malformed } from "../bytes/reader.ts";
import { encode } from "../bytes/writer.ts";
import type { VaultKey } from "../keys/vaultKey.ts";
import { unpad, withPadded } from "../padding.ts";
import type { RandomBytes } from "../random.ts";
import { assert, err, ok, type Result } from "../result.ts";
import { type CommitmentMismatch, open, seal, type SealBroken } from "../seal.ts";
import { bodyClearByteLengthMax, bodyPlaintextByteLengthMax } from "../sizes.ts";
import { splitBody } from "./bodyForm.ts";
import type { VerifiedEnvelope } from "./envelope.ts";
import { type HeadFields, headPrefixBytes } from "./head.ts";

export interface BodyContent {
  /** What the relay must read to do its part: coverage, verdicts. Empty for most kinds. */
  readonly clear: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** The key at hand is of another vault or epoch: ours to mend, no verdict on the envelope. */
export interface WrongVaultKey {
  readonly type: "WrongVaultKey";
  readonly expected: { readonly vault: string; readonly epoch: number };
  readonly got: { readonly vault: string; readonly epoch: number };
}
/** The body was dropped, or has not come yet. */
export interface BodyMissing {
  readonly type: "BodyMissing";
  readonly chain: string;
  readonly seq: number;
}
/** What the author signed cannot be opened: void for everyone. */
export type BodyVoid = CommitmentMismatch | SealBroken | Malformed;
export type BodyError = BodyMissing | WrongVaultKey | BodyVoid;

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
  const { nonce, commitment, ciphertext } = withPadded(plaintext, (padded) =>
    seal(deps, key.bodies, surroundings, padded),
  );
  const clearBytes = encode((to) => to.varBytes(clear));
  return { nonce, body: concatBytes(clearBytes, commitment, ciphertext) };
};

/** Takes only what was verified: bytes that the relay changed must not pass for a void envelope. */
export const openBody = (
  key: VaultKey,
  { head, body }: VerifiedEnvelope,
): Result<BodyContent, BodyError> => {
  if (key.vault !== head.vault || key.epoch !== head.epoch)
    return err({
      type: "WrongVaultKey",
      expected: { vault: head.vault, epoch: head.epoch },
      got: { vault: key.vault, epoch: key.epoch },
    });
  if (body === undefined) return err({ type: "BodyMissing", chain: head.chain, seq: head.seq });
  const split = splitBody(body);
  if (!split.ok) return split;
  const { clear, commitment, ciphertext } = split.value;
  const surroundings = { head: headPrefixBytes(head), clear };
  const padded = open(key.bodies, surroundings, { nonce: head.nonce, commitment, ciphertext });
  if (!padded.ok) return padded;
  const plaintext = unpad(padded.value);
  return plaintext.ok ? ok({ clear, plaintext: plaintext.value }) : plaintext;
};
