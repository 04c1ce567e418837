/** Rows of logs and devices, as both the log store and the account store write and read them. */
import { asSignPublicKey, assert, DeviceScope, recordIds } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { deviceIds, type LogHead, type UserId, userIds } from "@duro/protocol";
import type { DeviceRow, NewRecord } from "../ports/logStore.ts";
import { type Sql, storedBytesId, storedId } from "./sql.ts";
import type { Transaction } from "./transact.ts";

export interface StoredHead {
  readonly record_index: number;
  readonly record_id: Uint8Array;
}

export const storedHead = (row: StoredHead): LogHead => ({
  index: row.record_index,
  id: storedBytesId(recordIds, row.record_id),
});

/** The newest record of an identity log, whether or not there is an account. */
export const readIdentityHead = async (
  sql: Sql | Transaction,
  user: UserId,
): Promise<LogHead | undefined> => {
  const [row] = await sql<StoredHead[]>`
    select record_index, record_id from identity_records
    where user_id = ${user} order by record_index desc limit 1`;
  return row === undefined ? undefined : storedHead(row);
};

export const insertIdentityRecords = async (
  tx: Transaction,
  user: UserId,
  records: readonly NewRecord[],
): Promise<void> => {
  if (records.length === 0) return;
  const rows = records.map(({ index, id, bytes }) => ({
    user_id: user,
    record_index: index,
    record_id: recordIds.toBytes(id),
    record: bytes,
  }));
  await tx`insert into identity_records ${tx(rows)}`;
};

/** A row stays with the user who came first: whoever has a device's keys could name it in a second log. */
export const upsertDevices = async (
  tx: Transaction,
  devices: readonly DeviceRow[],
): Promise<void> => {
  if (devices.length === 0) return;
  const rows = devices
    .map(({ device, user, signKey, scope, expiresAtMs, isRevoked }) => ({
      device_id: device,
      user_id: user,
      sign_key: signKey,
      scope,
      expires_at_ms: expiresAtMs ?? null,
      is_revoked: isRevoked,
    }))
    // Always in one order, so that two of these never wait for each other.
    .toSorted((a, b) => (a.device_id < b.device_id ? -1 : 1));
  await tx`
    insert into devices ${tx(rows)}
    on conflict (device_id) do update set
      sign_key = excluded.sign_key, scope = excluded.scope,
      expires_at_ms = excluded.expires_at_ms, is_revoked = excluded.is_revoked
    where devices.user_id = excluded.user_id`;
};

export interface StoredDevice {
  readonly device_id: string;
  readonly user_id: string;
  readonly sign_key: Uint8Array;
  readonly scope: number;
  readonly expires_at_ms: number | null;
  readonly is_revoked: boolean;
}

export const storedDevice = (row: StoredDevice): DeviceRow => ({
  device: storedId(deviceIds, row.device_id),
  user: storedId(userIds, row.user_id),
  signKey: asSignPublicKey(plainBytes(row.sign_key)),
  scope: storedScope(row.scope),
  expiresAtMs: row.expires_at_ms ?? undefined,
  isRevoked: row.is_revoked,
});

/** The driver's are Buffers, whose `slice` and text are not those of a Uint8Array. */
export const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const scopes = Object.values(DeviceScope);
const storedScope = (number: number): DeviceScope => {
  const scope = scopes.find((known) => known === number);
  assert(scope !== undefined, "what was stored is a scope");
  return scope;
};

const roles = Object.values(Role);
export const storedRole = (number: number): Role => {
  const role = roles.find((known) => known === number);
  assert(role !== undefined, "what was stored is a role");
  return role;
};
