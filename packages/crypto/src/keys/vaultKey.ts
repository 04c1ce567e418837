/**
 * A vault's key of one epoch, and the roots that seal its envelopes, blobs and presence. Epochs are
 * ordered by the vault log, never by time.
 */
import { encode } from "../bytes/writer.ts";
import { derive32 } from "../hash.ts";
import {
  type DeviceId,
  deviceIds,
  type RecordId,
  recordIds,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
} from "../ids.ts";
import { labels } from "../labels.ts";
import { asKeyCommitment, type KeyCommitment } from "../publicKeys.ts";
import { type SealRoot, sealRoot } from "../seal.ts";
import type { Secret } from "../secret.ts";
import type { KeyContext } from "./box.ts";

export interface VaultKey {
  readonly vault: VaultId;
  readonly epoch: number;
  readonly commitment: KeyCommitment;
  readonly key: Secret<Uint8Array>;
  readonly bodies: SealRoot;
  readonly blobs: SealRoot;
  readonly presence: SealRoot;
}

/** Who a box of a vault key is for: a member through their user key, or a granted viewer device. */
export type VaultKeyRecipient =
  | {
      readonly kind: "member";
      readonly user: UserId;
      readonly generation: number;
      readonly identityHead: RecordId;
    }
  | {
      readonly kind: "viewer";
      readonly user: UserId;
      readonly device: DeviceId;
      readonly identityHead: RecordId;
    };

const commit = (key: Uint8Array): KeyCommitment =>
  asKeyCommitment(derive32(key, labels.vaultKeyCommitment));

export const vaultKeyFrom = (
  { vault, epoch }: { readonly vault: VaultId; readonly epoch: number },
  key: Secret<Uint8Array>,
): VaultKey => {
  const context = encode((to) => {
    vaultIds.write(to, vault);
    to.u32(epoch);
  });
  return {
    vault,
    epoch,
    key,
    commitment: commit(key.reveal()),
    bodies: sealRoot(key, labels.bodyRoot, context),
    blobs: sealRoot(key, labels.blobRoot, context),
    presence: sealRoot(key, labels.presenceRoot, context),
  };
};

export const vaultKeyBoxContext = (about: {
  readonly vault: VaultId;
  readonly epoch: number;
  readonly previous: RecordId;
  readonly recipient: VaultKeyRecipient;
  readonly commitment: KeyCommitment;
}): KeyContext => ({
  label: labels.vaultKeyBox,
  bytes: encode((to) => {
    vaultIds.write(to, about.vault);
    to.u32(about.epoch);
    recordIds.write(to, about.previous);
    const { recipient } = about;
    to.u8(recipient.kind === "member" ? 1 : 2);
    userIds.write(to, recipient.user);
    if (recipient.kind === "member") to.varUint(recipient.generation);
    else deviceIds.write(to, recipient.device);
    recordIds.write(to, recipient.identityHead);
  }),
  commitment: about.commitment,
  commit,
});

/** Of the older epoch that is wrapped. */
export const vaultKeyWrapContext = (about: {
  readonly vault: VaultId;
  readonly epoch: number;
  readonly commitment: KeyCommitment;
}): KeyContext => ({
  label: labels.vaultKeyWrap,
  bytes: encode((to) => {
    vaultIds.write(to, about.vault);
    to.u32(about.epoch);
  }),
  commitment: about.commitment,
  commit,
});
