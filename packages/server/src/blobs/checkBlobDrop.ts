/**
 * Who may drop a blob: the device that uploaded it, as long as it may still write, and every full
 * device of an admin or owner. The wish is signed by the very device that sends it, so one that was
 * heard long ago is worth nothing to anybody else.
 */
import { DeviceScope, err, ok, type Result, type Signature } from "@duro/crypto/types";
import { type BlobDrop, isBlobDropBy, Role } from "@duro/crypto/verify";
import { refused, type Refused } from "@duro/protocol";
import type { Access } from "../ports/accountStore.ts";
import type { StoredBlob } from "../ports/blobStore.ts";
import type { DeviceRow } from "../ports/logStore.ts";

export interface BlobDropAsk {
  readonly drop: BlobDrop;
  readonly signature: Signature;
  /** The one named by the drop; undefined where there is none. */
  readonly blob: Pick<StoredBlob, "uploader"> | undefined;
  /** Whoever is logged in and sent the drop. */
  readonly device: DeviceRow;
  /** Of that device to the vault of the drop. */
  readonly access: Access | undefined;
}

export const checkBlobDrop = ({
  drop,
  signature,
  blob,
  device,
  access,
}: BlobDropAsk): Result<void, Refused> => {
  // Not a member: whether the blob is there is not told.
  if (access === undefined || blob === undefined) return err(refused("NotFound"));
  if (!mayDrop({ device, access, isUploader: device.device === blob.uploader }))
    return err(refused("RoleForbids"));
  const isSigned = drop.device === device.device && isBlobDropBy(device.signKey, drop, signature);
  return isSigned ? ok(undefined) : err(refused("EnvelopeInvalid", { what: "drop" }));
};

interface Dropper {
  readonly device: DeviceRow;
  readonly access: Access;
  readonly isUploader: boolean;
}

const mayDrop = ({ device, access, isUploader }: Dropper): boolean =>
  access.kind === "member" &&
  device.scope === DeviceScope.Full &&
  !device.isRevoked &&
  access.role >= (isUploader ? Role.Writer : Role.Admin);
