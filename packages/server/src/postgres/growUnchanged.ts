/**
 * An append that was decided without a look: one statement, which is a transaction by itself. It writes
 * only where everything that was decided on is still so.
 */
import { assert } from "@duro/crypto/types";
import { envelopeIds, recordIds } from "@duro/protocol";
import type { AppendAsk, ChainWrites, Held } from "../ports/chainStore.ts";
import { growth, namedIds } from "./chainAppend.ts";
import type { Statement } from "./lanes.ts";
import { numberedId, sqlList } from "./packed.ts";
import type { Sql } from "./sql.ts";

/** Several vaults would be locked in any order, and some of them might stand and others not. */
export const isOneStatement = (
  held: Held,
  { vaults, checkpoints, attests, forks }: ChainWrites,
): boolean =>
  held.vaults.size === 1 &&
  vaults.length === 1 &&
  checkpoints.length + attests.length + forks.length === 0;

/**
 * Writes everything where all that `held` says is so, and answers a row; else it writes nothing.
 *
 * Who else writes to a vault changes its row, so this waits for them, and then Postgres compares the row
 * again as they left it. Chains and devices it sees as they were when it began: chains change with the
 * row, and a device that is revoked while this waits was not when it sent. An envelope's id stands for
 * the whole chain behind it.
 */
export const growUnchangedStatement = (
  sql: Sql,
  ask: AppendAsk,
  held: Held,
  writes: ChainWrites,
): Statement<readonly object[]> => {
  const [after] = writes.vaults;
  assert(after !== undefined && isOneStatement(held, writes), "one vault grows, and nothing else");
  const before = held.vaults.get(after.vault);
  assert(before !== undefined, "only what is held grows");
  const { vault, payer, position, logHead } = before;
  return sql<readonly object[]>`
    with grown as materialized (
      update vaults set position = ${after.position},
        used_byte_length = used_byte_length + ${after.addedByteLength}
      where vault_id = ${vault} and position = ${position} and payer = ${payer}
        and log_index = ${logHead.index} and log_head = ${recordIds.toBytes(logHead.id)}
        and ${ask.chains.length}::int = (${countUnchanged(sql, ask, held)})
        and not exists (
          select from devices
          where device_id = any(${sqlList(ask.devices)}::uuid[]) and is_revoked
        )
      returning vault_id
    ), named as materialized (select ${namedIds(sql, writes)} from grown),
    ${growth(sql, writes)}
    select vault_id from grown`;
};

const countUnchanged = (sql: Sql, { chains }: AppendAsk, held: Held) => {
  const heads = chains.map((name) => {
    const chain = held.chain(name);
    assert(chain !== undefined, "a chain that is not remembered is looked for");
    return chain.headId;
  });
  return sql`
    select count(*) from unnest(
      ${sqlList(chains.map(({ vault }) => vault))}::uuid[],
      ${sqlList(chains.map(({ chain }) => chain))}::uuid[]
    ) with ordinality as known (vault_id, chain_id, number)
    join chains using (vault_id, chain_id)
    where head_id = ${numberedId(sql, envelopeIds, heads)}`;
};
