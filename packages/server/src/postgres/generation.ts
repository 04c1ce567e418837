/**
 * What tells this relay's database from any other, and from itself after a restore. Three parts: a
 * stored id goes with a dump, the system's identifier with a copy of its files, and the timeline counts
 * up when such a copy is brought back or a standby takes over.
 */
import { createHash } from "node:crypto";
import type { RandomBytes } from "@duro/crypto/receipt";
import {
  assert,
  bytesAreEqual,
  err,
  ok,
  type Result,
  type SignPublicKey,
} from "@duro/crypto/types";
import { type RelayGeneration, relayGenerations } from "@duro/protocol";
import type { Sql } from "./sql.ts";

/** Which functions the relay's role needs EXECUTE on: Postgres grants them to everybody at first. */
export interface FunctionsForbidden {
  readonly type: "FunctionsForbidden";
  readonly functions: readonly string[];
}

/** The database belongs to a relay with another key: nodes of one relay share one key file. */
export interface RelayKeyOther {
  readonly type: "RelayKeyOther";
}

const storedIdByteLength = 32;
const generationLabel = "duro/1/relay-generation";

/**
 * The timeline that is written to now. What pg_control_checkpoint() says follows only with the next
 * checkpoint, so nodes that start around a failover would disagree.
 */
const functionsNeeded = ["pg_control_system()", "pg_current_wal_lsn()", "pg_walfile_name(pg_lsn)"];
const timelineDigitCount = 8;

export const readGeneration = async (
  sql: Sql,
): Promise<Result<RelayGeneration, FunctionsForbidden>> => {
  const forbidden = await sql<{ name: string }[]>`
    select name from unnest(${functionsNeeded}::text[]) as name
    where not has_function_privilege(name, 'execute')`;
  if (forbidden.length > 0)
    return err({ type: "FunctionsForbidden", functions: forbidden.map(({ name }) => name) });
  const [row] = await sql<{ stored_id: Uint8Array; system: string; timeline: string }[]>`
    select stored_id, system_identifier::text as system,
      left(pg_walfile_name(pg_current_wal_lsn()), ${timelineDigitCount}) as timeline
    from relay, pg_control_system()`;
  assert(row !== undefined, "the relay was claimed");
  const hash = createHash("sha256")
    .update(generationLabel)
    .update(row.stored_id)
    .update(`${row.system} ${row.timeline}`);
  return ok(relayGenerations.fromBytes(hash.digest()));
};

/** The first start of a relay makes the database its own. */
export const claimRelay = async (
  sql: Sql,
  relayKey: SignPublicKey,
  randomBytes: RandomBytes,
): Promise<Result<{ readonly isNew: boolean }, RelayKeyOther>> => {
  const claimed = await sql`
    insert into relay (stored_id, relay_key)
    values (${randomBytes(storedIdByteLength)}, ${relayKey})
    on conflict do nothing`;
  if (claimed.count === 1) return ok({ isNew: true });
  const [row] = await sql<{ relay_key: Uint8Array }[]>`select relay_key from relay`;
  assert(row !== undefined, "the relay was claimed by somebody");
  return bytesAreEqual(row.relay_key, relayKey)
    ? ok({ isNew: false })
    : err({ type: "RelayKeyOther" });
};

/** After a restore: what was receipted since the backup is not here, and clients shall look. */
export const renewStoredId = async (sql: Sql, randomBytes: RandomBytes): Promise<void> => {
  const renewed = await sql`update relay set stored_id = ${randomBytes(storedIdByteLength)}`;
  assert(renewed.count === 1, "the relay was claimed");
};
