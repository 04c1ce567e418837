/** What hangs on an account, and so what goes or changes when it ends. */
import type { UserId } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import type { Sql } from "../../postgres/sql.ts";
import { sayBytes, sayCount } from "../sayAmounts.ts";

export interface Stake {
  readonly deviceCount: number;
  /** Vaults in which nobody else has an account. */
  readonly goingVaultCount: number;
  readonly goingByteLength: number;
  /** Vaults that others go on with. */
  readonly stayingVaultCount: number;
  /** Of those, what this user pays for: another member does, then. */
  readonly passedOnByteLength: number;
  /** Of those, where no owner is left who has an account. */
  readonly ownerlessVaultCount: number;
  /** Undefined: nobody wished it so far. */
  readonly deleteAfterMs: number | undefined;
}

interface StakeRow {
  readonly delete_after_ms: number | null;
  readonly device_count: number;
  readonly going_count: number;
  readonly going_bytes: number;
  readonly staying_count: number;
  readonly passed_on_bytes: number;
  readonly ownerless_count: number;
}

/** Undefined: there is no such account. */
export const readStake = async (sql: Sql, user: UserId): Promise<Stake | undefined> => {
  const [row] = await sql<StakeRow[]>`
    select a.delete_after_ms,
      (select count(*) from devices d where d.user_id = a.user_id and not is_revoked) as device_count,
      count(v.vault_id) filter (where v.highest is null) as going_count,
      coalesce(sum(v.used_byte_length) filter (where v.highest is null), 0)::bigint as going_bytes,
      count(v.highest) as staying_count,
      coalesce(
        sum(v.used_byte_length) filter (where v.highest is not null and v.payer = a.user_id), 0
      )::bigint as passed_on_bytes,
      count(v.highest) filter (where v.highest < ${Role.Owner} and v.own_role = ${Role.Owner})
        as ownerless_count
    from accounts a left join lateral (
      select v.vault_id, v.payer, v.used_byte_length, mine.role as own_role,
        (
          select max(m.role) from vault_members m join accounts o using (user_id)
          where m.vault_id = v.vault_id and m.user_id <> a.user_id
        ) as highest
      from vaults v left join vault_members mine
        on mine.vault_id = v.vault_id and mine.user_id = a.user_id
      where v.payer = a.user_id or mine.user_id is not null
    ) v on true
    where a.user_id = ${user}
    group by a.user_id`;
  return (
    row && {
      deviceCount: row.device_count,
      goingVaultCount: row.going_count,
      goingByteLength: row.going_bytes,
      stayingVaultCount: row.staying_count,
      passedOnByteLength: row.passed_on_bytes,
      ownerlessVaultCount: row.ownerless_count,
      deleteAfterMs: row.delete_after_ms ?? undefined,
    }
  );
};

export const sayStake = (stake: Stake): readonly string[] => [
  `What goes: the account, ${sayCount(stake.deviceCount, "device")}, and ` +
    `${sayCount(stake.goingVaultCount, "vault")} with ${sayBytes(stake.goingByteLength)}.`,
  ...(stake.stayingVaultCount === 0
    ? []
    : [
        `What stays: ${sayCount(stake.stayingVaultCount, "vault")} that others use, with this user's ` +
          "envelopes and public keys in them; " +
          `${sayBytes(stake.passedOnByteLength)} of that count for another member from then on.`,
      ]),
  ...(stake.ownerlessVaultCount === 0
    ? []
    : [
        `${sayCount(stake.ownerlessVaultCount, "vault")} of those will have no owner who can log in: ` +
          "nobody can change any more who belongs there.",
      ]),
];
