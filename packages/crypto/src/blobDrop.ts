/** A signed wish that a blob go: by its uploader, or by an admin of the vault. */
import { encode } from "./bytes/writer.ts";
import { type BlobId, blobIds, type DeviceId, deviceIds, type VaultId, vaultIds } from "./ids.ts";
import { labels } from "./labels.ts";
import type { Signature, SignPublicKey } from "./publicKeys.ts";
import { isSignedBy, sign, type SignSecretKey } from "./sign.ts";

export interface BlobDrop {
  readonly vault: VaultId;
  readonly blob: BlobId;
  readonly device: DeviceId;
  readonly nowMs: number;
}

const dropBytes = (drop: BlobDrop): Uint8Array =>
  encode((to) => {
    vaultIds.write(to, drop.vault);
    blobIds.write(to, drop.blob);
    deviceIds.write(to, drop.device);
    to.varUint(drop.nowMs);
  });

export const signBlobDrop = (key: SignSecretKey, drop: BlobDrop): Signature =>
  sign(key, labels.signDrop, dropBytes(drop));

export const isBlobDropBy = (key: SignPublicKey, drop: BlobDrop, signature: Signature): boolean =>
  isSignedBy(key, signature, labels.signDrop, dropBytes(drop));
