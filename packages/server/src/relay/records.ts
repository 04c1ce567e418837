/** Records that clients bring: judged, stored, told. */
import { assert, type Result, err, LogKind, ok } from "@duro/crypto/types";
import {
  applyIdentityRecord,
  applyVaultRecord,
  decodeRecord,
  type IdentityState,
  isActive,
  type LogRecord,
  type VaultState,
} from "@duro/crypto/verify";
import {
  type LogHead,
  type LogName,
  refused,
  type Refused,
  type UserId,
  userIds,
  vaultIds,
} from "@duro/protocol";
import { accessOf, mayOpen } from "../domain/access.ts";
import { devicesOf } from "../domain/devices.ts";
import {
  isBehind,
  logRecordCountMax,
  refusalOfRecord,
  refusalOfStale,
} from "../domain/judgeRecord.ts";
import type { AccountStore, Asker } from "../ports/accountStore.ts";
import type { LogStore, NewRecord } from "../ports/logStore.ts";
import type { KnownLogs } from "./knownLogs.ts";

export interface RecordDeps {
  readonly logStore: LogStore;
  readonly accountStore: Pick<AccountStore, "usage" | "vaultsOf">;
  readonly logs: KnownLogs;
  readonly nowMs: () => number;
  readonly quotas: { readonly deviceCountMax: number; readonly vaultCountMax: number };
}

interface Appended extends LogHead {
  readonly name: LogName;
  /** Whether it is new: one that was stored before is answered again and told nobody. */
  readonly isNew: boolean;
}

type Outcome = Result<Appended, Refused>;

export const appendRecord = async (
  deps: RecordDeps,
  asker: Asker,
  bytes: Uint8Array,
): Promise<Outcome> => {
  const record = decodeRecord(bytes);
  if (!record.ok) return err(refusalOfRecord(record.error, undefined));
  return record.value.kind === LogKind.Identity
    ? appendIdentity(deps, asker, record.value, bytes)
    : appendVault(deps, asker, record.value, bytes);
};

const newRecordOf = ({ index, id, previous }: LogRecord, bytes: Uint8Array): NewRecord => ({
  index,
  id,
  previous,
  bytes,
});

/** Asked again after an answer that was lost. */
const storedBefore = (name: LogName, record: LogRecord): Outcome =>
  ok({ name, index: record.index, id: record.id, isNew: false });

const appendIdentity = async (
  deps: RecordDeps,
  asker: Asker,
  record: LogRecord,
  bytes: Uint8Array,
): Promise<Outcome> => {
  const user = userIds.parse(record.log);
  assert(user.ok, "a record was read with an id");
  const name: LogName = { kind: LogKind.Identity, log: user.value };
  if (!(await mayCarry(deps, asker, user.value))) return err(refused("NotFound"));
  const states = await deps.logs.identity(user.value);
  const state = states?.at(-1);
  if (states === undefined || state === undefined) return err(refused("NotFound"));
  if (states[record.index]?.head.id === record.id) return storedBefore(name, record);
  if (!isBehind(record, state.head)) return err(refusalOfStale(state.head));
  if (record.index >= logRecordCountMax)
    return err(refused("LogTooLong", { limit: logRecordCountMax }));
  const next = applyIdentityRecord(state, record);
  if (!next.ok) return err(refusalOfRecord(next.error, state.head));
  const tooMany = beyondDeviceQuota(deps, state, next.value);
  if (tooMany !== undefined) return err(tooMany);
  const stored = await deps.logStore.appendIdentity(
    user.value,
    newRecordOf(record, bytes),
    devicesOf(next.value),
  );
  if (!stored.ok) return err(refusalOfStale(stored.error.head));
  deps.logs.advanceIdentity(next.value);
  return ok({ name, index: record.index, id: record.id, isNew: true });
};

/**
 * Who signed a record is judged with it. It may be brought by whoever shares a vault with its user: where
 * this relay was put back, they may be the only ones left who have it.
 */
const mayCarry = async (
  { accountStore, logs }: RecordDeps,
  asker: Asker,
  user: UserId,
): Promise<boolean> => {
  if (user === asker.user) return true;
  // As far as each is known: a member of yesterday does no harm, and a look at the store for each might.
  for (const vault of await accountStore.vaultsOf(asker))
    if ((await logs.vault(vault, 0))?.members.has(user) === true) return true;
  return false;
};

/** Only what makes more of them is refused: who is over may always take one away. */
const beyondDeviceQuota = (
  { quotas }: RecordDeps,
  before: IdentityState,
  after: IdentityState,
): Refused | undefined => {
  const active = [...after.devices.values()].filter(isActive).length;
  return after.devices.size > before.devices.size && active > quotas.deviceCountMax
    ? refused("QuotaExceeded", { what: "devices", limit: quotas.deviceCountMax })
    : undefined;
};

const appendVault = async (
  deps: RecordDeps,
  asker: Asker,
  record: LogRecord,
  bytes: Uint8Array,
): Promise<Outcome> => {
  const vault = vaultIds.parse(record.log);
  assert(vault.ok, "a record was read with an id");
  const name: LogName = { kind: LogKind.Vault, log: vault.value };
  const state = await deps.logs.vault(vault.value);
  if (state === undefined) return foundVault(deps, asker, name, record, bytes);
  if (!mayOpen(state, asker)) return err(refused("VaultUnknown"));
  if (state.indexByRecord.get(record.id) === record.index) return storedBefore(name, record);
  if (!isBehind(record, state.head)) return err(refusalOfStale(state.head));
  if (record.index >= logRecordCountMax)
    return err(refused("LogTooLong", { limit: logRecordCountMax }));
  return storeVault(deps, name, state, record, bytes, undefined);
};

const foundVault = async (
  deps: RecordDeps,
  asker: Asker,
  name: LogName,
  record: LogRecord,
  bytes: Uint8Array,
): Promise<Outcome> => {
  if (record.index !== 0 || record.author.user !== asker.user) return err(refused("VaultUnknown"));
  const usage = await deps.accountStore.usage(asker.user);
  if ((usage?.vaults.length ?? 0) >= deps.quotas.vaultCountMax)
    return err(refused("QuotaExceeded", { what: "vaults", limit: deps.quotas.vaultCountMax }));
  const founding = { payer: asker.user, nowMs: deps.nowMs() };
  return storeVault(deps, name, undefined, record, bytes, founding);
};

const storeVault = async (
  deps: RecordDeps,
  name: LogName,
  state: VaultState | undefined,
  record: LogRecord,
  bytes: Uint8Array,
  founding: Parameters<LogStore["appendVault"]>[3],
): Promise<Outcome> => {
  await deps.logs.readPinned(record);
  const next = applyVaultRecord(state, record, deps.logs.identityAt);
  if (!next.ok) return err(refusalOfRecord(next.error, state?.head));
  const stored = await deps.logStore.appendVault(
    next.value.vault,
    { ...newRecordOf(record, bytes), pinned: record.pins.map(({ user }) => user) },
    accessOf(next.value),
    founding,
  );
  if (!stored.ok)
    return err(
      stored.error.type === "PinnedLogGone"
        ? refused("LogHeadUnknown", { why: "account deleted" })
        : refusalOfStale(stored.error.head),
    );
  deps.logs.advanceVault(next.value);
  return ok({ name, index: record.index, id: record.id, isNew: true });
};
