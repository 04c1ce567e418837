/** What an append looks at before it decides, and what the lock holds still while it does. */
import {
  type ChainId,
  type DeviceId,
  deviceIds,
  recordIds,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
} from "@duro/protocol";
import type { AppendAsk, ChainName, Held, HeldVault, StoredChain } from "../ports/chainStore.ts";
import { type ChainRow, rowToChain } from "./chainRows.ts";
import { sqlList } from "./packed.ts";
import { type Sql, storedId } from "./sql.ts";

interface VaultRow {
  readonly vault_id: string;
  readonly payer: string;
  readonly position: number;
  readonly log_index: number;
  readonly log_head: string;
}

interface PayerRow {
  readonly payer: string;
  readonly used_byte_length: number;
  readonly quota_byte_length: number | null;
}

interface Looked {
  readonly vaults: readonly VaultRow[];
  readonly chains: readonly (ChainRow & { readonly number: number })[];
  readonly revoked: readonly { readonly device_id: string }[];
  readonly payers: readonly PayerRow[];
}

/** What nobody asked for costs no statement. */
const nothing = () => Object.assign(Promise.resolve([]), { execute: () => undefined });

/**
 * The lock comes first and alone: whoever waited for it must see, in the statements behind it, what the
 * one before them wrote. Vaults rise, so that two nodes never wait for each other.
 */
export const lookStatements = (sql: Sql, { vaults, chains, devices, hasQuota }: AppendAsk) =>
  [
    sql<VaultRow[]>`
      select vault_id, payer, position, log_index, encode(log_head, 'hex') as log_head
      from vaults where vault_id = any(${sqlList(vaults)}::uuid[])
      order by vault_id for no key update`,
    chains.length === 0
      ? nothing()
      : sql<(ChainRow & { readonly number: number })[]>`
          select number, user_id, device_id, incarnation,
            encode(opened_under, 'hex') as opened_under, seq, encode(head_id, 'hex') as head_id,
            epoch, log_index, written_at_ms
          from unnest(
            ${sqlList(chains.map(({ vault }) => vault))}::uuid[],
            ${sqlList(chains.map(({ chain }) => chain))}::uuid[]
          ) with ordinality as asked (vault_id, chain_id, number)
          join chains using (vault_id, chain_id)`,
    devices.length === 0
      ? nothing()
      : sql<{ device_id: string }[]>`
          select device_id from devices
          where device_id = any(${sqlList(devices)}::uuid[]) and is_revoked`,
    hasQuota
      ? sql<PayerRow[]>`
          select payer, quota_byte_length, sum(used_byte_length)::bigint as used_byte_length
          from vaults left join accounts on user_id = payer
          where payer in (
            select payer from vaults where vault_id = any(${sqlList(vaults)}::uuid[])
          )
          group by payer, quota_byte_length`
      : nothing(),
  ] as const;

export const rowsToHeld = (ask: AppendAsk, { vaults, chains, revoked, payers }: Looked): Held => {
  const payerById = new Map(payers.map((payer) => [payer.payer, payer]));
  const heldVaults = new Map<VaultId, HeldVault>();
  for (const row of vaults) {
    const vault = rowToVault(row, payerById.get(row.payer));
    heldVaults.set(vault.vault, vault);
  }
  const heldChains = new Map<string, StoredChain>();
  for (const row of chains) {
    const name = ask.chains[row.number - 1];
    if (name !== undefined) heldChains.set(chainKey(name), rowToChain(name, row));
  }
  return {
    vaults: heldVaults,
    chain: (name) => heldChains.get(chainKey(name)),
    revoked: new Set<DeviceId>(revoked.map(({ device_id }) => storedId(deviceIds, device_id))),
  };
};

export const chainKey = ({ vault, chain }: ChainName): `${VaultId}${ChainId}` => `${vault}${chain}`;

const rowToVault = (row: VaultRow, payer: PayerRow | undefined): HeldVault => ({
  vault: storedId(vaultIds, row.vault_id),
  payer: storedId<UserId>(userIds, row.payer),
  position: row.position,
  logHead: { index: row.log_index, id: storedId(recordIds, row.log_head) },
  payerByteLength: payer?.used_byte_length ?? 0,
  payerQuotaByteLength: payer?.quota_byte_length ?? undefined,
});
