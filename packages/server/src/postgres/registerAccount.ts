/** How an account begins, in one transaction. */
import { assert, err, ok, type Result } from "@duro/crypto/types";
import type { LogHead } from "@duro/protocol";
import type { Admission, NewAccount, NotAdmitted } from "../ports/accountStore.ts";
import type { HeadMoved } from "../ports/logStore.ts";
import { insertIdentityRecords, readIdentityHead, upsertDevices } from "./logRows.ts";
import type { Transaction } from "./transact.ts";

type Refused = NotAdmitted | HeadMoved;

/** "join": one account after the other, or there could be two first ones. */
const registrationLockKey = 0x6a6f_696e;

export const registerAccount = async (
  tx: Transaction,
  account: NewAccount,
  admission: Admission,
): Promise<Result<void, Refused>> => {
  const { user, records, devices, nowMs } = account;
  assert(records[0]?.index === 0, "an identity log begins with its genesis");
  await tx`select pg_advisory_xact_lock(${registrationLockKey})`;
  const known = await tx`select from accounts where user_id = ${user}`;
  if (known.length > 0) return err({ type: "AccountExists" });
  const kept = await holdKeptLog(tx, account);
  if (kept !== undefined && records[kept.index]?.id !== kept.id)
    return err({ type: "HeadMoved", head: kept });
  const refused = await refusedAdmission(tx, account, admission);
  if (refused !== undefined) return err({ type: refused });
  await tx`insert into accounts (user_id, registered_at_ms) values (${user}, ${nowMs})`;
  await insertIdentityRecords(
    tx,
    user,
    kept === undefined ? records : records.slice(kept.index + 1),
  );
  await upsertDevices(tx, devices);
  return ok(undefined);
};

/** What a vault still needs of an earlier account; held, so that it is not deleted meanwhile. */
const holdKeptLog = async (tx: Transaction, { user }: NewAccount): Promise<LogHead | undefined> => {
  const held = await tx`
    select from identity_records where user_id = ${user} and record_index = 0 for key share`;
  return held.length === 0 ? undefined : readIdentityHead(tx, user);
};

/** Undefined: admitted, and an invite is used. */
const refusedAdmission = async (
  tx: Transaction,
  { user, nowMs }: NewAccount,
  admission: Admission,
): Promise<NotAdmitted["type"] | undefined> => {
  const first = await tx`
    insert into first_account (admitted_at_ms) values (${nowMs}) on conflict do nothing`;
  if (first.count === 1 || admission.kind === "open") return undefined;
  if (admission.kind === "closed") return "RegistrationClosed";
  if (admission.codeHash === undefined) return "InviteInvalid";
  const used = await tx`
    update invites set used_by = ${user}
    where code_hash = ${admission.codeHash} and used_by is null and expires_at_ms > ${nowMs}`;
  return used.count === 1 ? undefined : "InviteInvalid";
};
