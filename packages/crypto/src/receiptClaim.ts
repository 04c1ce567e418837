/**
 * What a relay claims with a receipt: that it stored these envelopes durably, at these positions. An
 * envelope that was receipted and is gone later is evidence that anybody can check.
 */
import { encode } from "./bytes/writer.ts";
import {
  type EnvelopeId,
  envelopeIds,
  type RelayGeneration,
  relayGenerations,
  type VaultId,
  vaultIds,
} from "./ids.ts";
import { labels } from "./labels.ts";
import type { Signature, SignPublicKey } from "./publicKeys.ts";
import { isSignedBy } from "./sign.ts";

export interface ReceiptClaim {
  readonly vault: VaultId;
  readonly generation: RelayGeneration;
  /** Position of the first; the others follow it one by one. */
  readonly firstPosition: number;
  readonly envelopes: readonly EnvelopeId[];
  readonly nowMs: number;
}

export const receiptClaimBytes = (claim: ReceiptClaim): Uint8Array =>
  encode((to) => {
    vaultIds.write(to, claim.vault);
    relayGenerations.write(to, claim.generation);
    to.varUint(claim.firstPosition);
    to.list(claim.envelopes, (_, id) => envelopeIds.write(to, id));
    to.varUint(claim.nowMs);
  });

export const isReceiptBy = (
  relayKey: SignPublicKey,
  claim: ReceiptClaim,
  signature: Signature,
): boolean => isSignedBy(relayKey, signature, labels.signReceipt, receiptClaimBytes(claim));
