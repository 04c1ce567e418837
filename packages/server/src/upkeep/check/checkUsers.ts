/** Every identity log by its rules, and the devices that were folded from it. */
import { bytesAreEqual } from "@duro/crypto/types";
import type { IdentityState } from "@duro/crypto/verify";
import { deviceIds, type UserId, userIds } from "@duro/protocol";
import { devicesOf } from "../../domain/devices.ts";
import { storedDevice, type StoredDevice } from "../../postgres/logRows.ts";
import { storedId } from "../../postgres/sql.ts";
import type { DeviceRow } from "../../ports/logStore.ts";
import type { CheckContext } from "./checkContext.ts";
import type { PageAsk } from "./inPages.ts";

/** Users with an account, a log or both; rising. */
export const readUsers = async (
  { tx }: Pick<CheckContext, "tx">,
  { after, before, countMax }: PageAsk<UserId>,
): Promise<readonly UserId[]> => {
  const isAfter = after === undefined ? tx`` : tx`and user_id > ${after}`;
  const isBefore = before === undefined ? tx`` : tx`and user_id <= ${before}`;
  // Each by its own index: together they would be sorted anew for every page.
  const [accounts, logs] = [
    await tx<{ user_id: string }[]>`
      select user_id from accounts where true ${isAfter} ${isBefore}
      order by user_id limit ${countMax}`,
    await tx<{ user_id: string }[]>`
      select user_id from identity_records where true ${isAfter} ${isBefore}
      group by user_id order by user_id limit ${countMax}`,
  ];
  const users = new Set([...accounts, ...logs].map(({ user_id }) => storedId(userIds, user_id)));
  return [...users].toSorted().slice(0, countMax);
};

export const checkUser = async (context: CheckContext, user: UserId): Promise<void> => {
  const { tx, report, identities } = context;
  const [account] = await tx`select from accounts where user_id = ${user}`;
  const { last, recordCount, broken } = await identities.fold(user);
  report.count("users");
  report.count("records", recordCount);
  if (broken !== undefined) report.find(broken);
  if (last === undefined) {
    if (account !== undefined && broken === undefined)
      report.find({ type: "AccountWithoutLog", user });
    return;
  }
  // Where the log breaks off, what was folded from the rest of it is not known.
  if (account !== undefined && broken === undefined) await checkDevices(context, last);
};

const checkDevices = async ({ tx, report }: CheckContext, state: IdentityState): Promise<void> => {
  const { user } = state;
  const expected = new Map(devicesOf(state).map((device) => [device.device, device]));
  const rows = await tx<StoredDevice[]>`
    select device_id, user_id, sign_key, scope, expires_at_ms, is_revoked from devices
    where user_id = ${user} or device_id = any(${[...expected.keys()]})`;
  for (const row of rows) {
    const device = storedId(deviceIds, row.device_id);
    const wanted = expected.get(device);
    expected.delete(device);
    // Whose log named it first keeps it.
    if (storedId(userIds, row.user_id) !== user) continue;
    if (wanted === undefined || !isSame(row, wanted))
      report.find({ type: "DevicesDiffer", user, device });
  }
  for (const device of expected.keys()) report.find({ type: "DevicesDiffer", user, device });
};

const isSame = (row: StoredDevice, wanted: DeviceRow): boolean => {
  // A scope that is none would be a fault of this program anywhere else.
  if (row.scope !== wanted.scope) return false;
  const stored = storedDevice(row);
  return (
    bytesAreEqual(stored.signKey, wanted.signKey) &&
    stored.expiresAtMs === wanted.expiresAtMs &&
    stored.isRevoked === wanted.isRevoked
  );
};
