/** Everything of one vault. */
import { userIds, type VaultId, vaultIds } from "@duro/protocol";
import { storedId } from "../../postgres/sql.ts";
import { checkBlobs } from "./checkBlobs.ts";
import { checkChains } from "./checkChains.ts";
import type { CheckContext } from "./checkContext.ts";
import { checkCounters } from "./checkCounters.ts";
import { checkForks } from "./checkForks.ts";
import { checkVaultLog, type VaultRow } from "./checkVaultLog.ts";
import { checkNotedAlone } from "./clearParts.ts";
import type { PageAsk } from "./inPages.ts";
import { sampleEnvelopes } from "./sampleEnvelopes.ts";

/** Rising. */
export const readVaults = async (
  { tx }: Pick<CheckContext, "tx">,
  { after, before, countMax }: PageAsk<VaultId>,
): Promise<readonly VaultId[]> => {
  const isAfter = after === undefined ? tx`` : tx`and vault_id > ${after}`;
  const isBefore = before === undefined ? tx`` : tx`and vault_id <= ${before}`;
  const rows = await tx<{ vault_id: string }[]>`
    select vault_id from vaults where true ${isAfter} ${isBefore}
    order by vault_id limit ${countMax}`;
  return rows.map(({ vault_id }) => storedId(vaultIds, vault_id));
};

export const checkVault = async (context: CheckContext, vault: VaultId): Promise<void> => {
  const row = await readVaultRow(context, vault);
  if (row === undefined) return;
  context.report.count("vaults");
  const folded = await checkVaultLog(context, row);
  await checkCounters(context, row);
  await checkChains(context, row, folded);
  if (context.depth === "quick") await sampleEnvelopes(context, row);
  await checkNotedAlone(context, vault);
  await checkForks(context, vault);
  await checkBlobs(context, vault);
};

const readVaultRow = async (
  { tx }: CheckContext,
  vault: VaultId,
): Promise<VaultRow | undefined> => {
  const [row] = await tx<(Omit<VaultRow, "vault" | "payer"> & { payer: string })[]>`
    select payer, log_index, log_head, position, used_byte_length, tidied_position
    from vaults where vault_id = ${vault}`;
  return row && { ...row, vault, payer: storedId(userIds, row.payer) };
};
