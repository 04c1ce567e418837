/** Whether what a token allows is still allowed: rights that were taken away end with the next request. */
import { Role } from "@duro/crypto/verify";
import type { AccountStore } from "../ports/accountStore.ts";
import type { StoredBlobToken } from "../ports/blobStore.ts";

export const mayUseToken = async (
  accountStore: Pick<AccountStore, "accessTo" | "device">,
  { vault, device, isWrite }: StoredBlobToken,
): Promise<boolean> => {
  const row = await accountStore.device(device);
  if (row === undefined || row.isRevoked) return false;
  const access = await accountStore.accessTo(vault, row);
  if (access === undefined) return false;
  return !isWrite || (access.kind === "member" && access.role >= Role.Writer);
};
