import { DeviceScope, noRecord, recordIds } from "@duro/crypto/types";
import { chainIds, deviceIds, envelopeIds, userIds, type VaultId } from "@duro/protocol";
import type { ChainStoreUnderTest, Kept } from "../testing/chainSamples.ts";
import { chainStoreContract } from "../testing/chainStore.contract.ts";
import { userOf } from "../testing/storeSamples.ts";
import { openTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { plainBytes } from "./logRows.ts";
import { createPostgresChainStore } from "./postgresChainStore.ts";
import { type Sql, storedBytesId, storedId } from "./sql.ts";

const openUnderTest = async (): Promise<ChainStoreUnderTest & TestDatabase> => {
  const database = await openTestDatabase();
  const { sql } = database;
  const nodes = [
    createPostgresChainStore(sql, { laneCount: 2 }),
    createPostgresChainStore(sql, { laneCount: 2 }),
  ] as const;
  return {
    ...database,
    nodes,
    foundVault: async (vault, payer) => {
      const log_head = recordIds.toBytes(noRecord);
      await sql`insert into vaults ${sql({ vault_id: vault, payer, log_index: 0, log_head, created_at_ms: 1 })}`;
    },
    setQuota: async (user, quotaByteLength) => {
      await sql`insert into accounts (user_id, registered_at_ms, quota_byte_length)
        values (${user}, 1, ${quotaByteLength ?? null})`;
    },
    addDevice: async (device, isRevoked) => {
      await sql`insert into devices (device_id, user_id, sign_key, scope, is_revoked)
        values (${device}, ${userOf(1)}, ${new Uint8Array(32)}, ${DeviceScope.Full}, ${isRevoked})`;
    },
    trash: async (vault, position) => {
      await sql`update envelope_bodies set trashed_at_ms = 1
        where vault_id = ${vault} and position = ${position}`;
    },
    kept: (vault) => readKept(sql, vault),
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
      await database.close();
    },
  };
};

interface AuthorRow {
  readonly position: number;
  readonly user_id: string;
  readonly device_id: string;
}

const readKept = async (sql: Sql, vault: VaultId): Promise<Kept> => {
  const [used] = await sql<{ used_byte_length: number }[]>`
    select used_byte_length from vaults where vault_id = ${vault}`;
  const checkpoints = await sql<
    (AuthorRow & { envelope_id: Uint8Array; is_purge: boolean; stored_at_ms: number })[]
  >`select * from checkpoints where vault_id = ${vault} order by position`;
  const attests = await sql<(AuthorRow & { checkpoint_id: Uint8Array; is_ok: boolean })[]>`
    select * from attests where vault_id = ${vault} order by position`;
  const forks = await sql<
    {
      chain_id: string;
      seq: number;
      envelope_id: Uint8Array;
      signed_head: Uint8Array;
      seen_at_ms: number;
    }[]
  >`select * from forked_heads where vault_id = ${vault}`;
  return {
    usedByteLength: used?.used_byte_length ?? 0,
    checkpoints: checkpoints.map((row) => ({
      vault,
      position: row.position,
      user: storedId(userIds, row.user_id),
      device: storedId(deviceIds, row.device_id),
      envelope: storedBytesId(envelopeIds, row.envelope_id),
      isPurge: row.is_purge,
      storedAtMs: row.stored_at_ms,
    })),
    attests: attests.map((row) => ({
      vault,
      position: row.position,
      user: storedId(userIds, row.user_id),
      device: storedId(deviceIds, row.device_id),
      checkpoint: storedBytesId(envelopeIds, row.checkpoint_id),
      isOk: row.is_ok,
    })),
    forks: forks.map((row) => ({
      vault,
      chain: storedId(chainIds, row.chain_id),
      seq: row.seq,
      envelope: storedBytesId(envelopeIds, row.envelope_id),
      signedHead: plainBytes(row.signed_head),
      seenAtMs: row.seen_at_ms,
    })),
  };
};

chainStoreContract("postgres", openUnderTest);
