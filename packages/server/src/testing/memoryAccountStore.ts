/** Accounts in memory, for tests and the simulation. */
import { assert, bytesToHex, DeviceScope, err, ok } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { limits, type UserId, type VaultId } from "@duro/protocol";
import type {
  Access,
  AccountStore,
  AccountSummary,
  Admission,
  Asker,
  NewAccount,
  NotAdmitted,
  Usage,
} from "../ports/accountStore.ts";
import type { DeviceRow } from "../ports/logStore.ts";
import { appendIdentityRecords, headOfRecords, upsertMemoryDevices } from "./memoryLogStore.ts";
import {
  type MemoryAccount,
  type MemoryDevice,
  type MemoryRelayData,
  removeVaultData,
} from "./memoryRelayData.ts";

export const createMemoryAccountStore = (data: MemoryRelayData): AccountStore => ({
  register: async (account, admission) => register(data, account, admission),
  device: async (device) => {
    const known = data.devices.get(device);
    return known && rowOf(known);
  },
  devicesOf: async (user) =>
    [...data.devices.values()]
      .filter((device) => device.user === user)
      .map(rowOf)
      .toSorted((a, b) => (a.device < b.device ? -1 : 1)),
  vaultsOf: async (asker) =>
    [...data.vaults.keys()]
      .filter((vault) => accessTo(data, vault, asker) !== undefined)
      .toSorted()
      .slice(0, limits.vaultsPerUserMax),
  accessTo: async (vault, asker) => accessTo(data, vault, asker),
  usage: async (user) => {
    const account = data.accounts.get(user);
    return account && usageOf(data, user, account);
  },
  payersOf: async (vaults) =>
    new Map(
      vaults.flatMap((vault) => {
        const known = data.vaults.get(vault);
        return known === undefined ? [] : [[vault, known.payer] as const];
      }),
    ),
  seen: async (devices, nowMs) => {
    for (const device of devices) {
      const known = data.devices.get(device);
      if (known !== undefined)
        data.devices.set(device, { ...known, seenAtMs: Math.max(nowMs, known.seenAtMs ?? 0) });
    }
  },
  createInvite: async (invite) => {
    data.invites.set(bytesToHex(invite.codeHash), { ...invite, usedBy: undefined });
  },
  useNonce: async (nonce, expiresAtMs) => {
    if (data.usedNonces.has(nonce)) return false;
    data.usedNonces.set(nonce, expiresAtMs);
    return true;
  },
  accounts: async () =>
    [...data.accounts]
      .map(([user, account]) => summaryOf(data, user, account))
      .toSorted((a, b) => (a.user < b.user ? -1 : 1)),
  setQuota: async (user, quotaByteLength) => change(data, user, { quotaByteLength }),
  setDeletion: async (user, deleteAfterMs) => change(data, user, { deleteAfterMs }),
  vaultsHeldUp: async (user) =>
    [...data.vaults.keys()].filter((vault) => isHeldUp(data, vault, user)).toSorted(),
  deletionsDue: async (nowMs) =>
    [...data.accounts]
      .filter(([, { deleteAfterMs }]) => deleteAfterMs !== undefined && deleteAfterMs <= nowMs)
      .map(([user]) => user)
      .toSorted(),
  remove: async (user) => remove(data, user),
  forgetExpired: async (nowMs) => {
    for (const [nonce, expiresAtMs] of data.usedNonces)
      if (expiresAtMs <= nowMs) data.usedNonces.delete(nonce);
    for (const [code, { expiresAtMs }] of data.invites)
      if (expiresAtMs <= nowMs) data.invites.delete(code);
  },
});

type Members = readonly { readonly user: UserId; readonly role: Role }[];

/** Those with an account, the highest role first. */
const usersOf = (data: MemoryRelayData, vault: VaultId): Members =>
  (data.vaultAccess.get(vault)?.members ?? [])
    .filter(({ user }) => data.accounts.has(user))
    .toSorted((a, b) => b.role - a.role || (a.user < b.user ? -1 : 1));

const rowOf = ({ seenAtMs: _seenAtMs, ...row }: MemoryDevice): DeviceRow => row;

const register = (
  data: MemoryRelayData,
  account: NewAccount,
  admission: Admission,
): Awaited<ReturnType<AccountStore["register"]>> => {
  const { user, records, devices, nowMs } = account;
  assert(records[0]?.index === 0, "an identity log begins with its genesis");
  if (data.accounts.has(user)) return err({ type: "AccountExists" });
  const kept = headOfRecords(data.identityRecords.get(user) ?? []);
  if (kept !== undefined && records[kept.index]?.id !== kept.id)
    return err({ type: "HeadMoved", head: kept });
  const refused = refusedAdmission(data, account, admission);
  if (refused !== undefined) return err({ type: refused });
  data.accounts.set(user, {
    registeredAtMs: nowMs,
    quotaByteLength: undefined,
    deleteAfterMs: undefined,
  });
  appendIdentityRecords(data, user, kept === undefined ? records : records.slice(kept.index + 1));
  upsertMemoryDevices(data, devices);
  return ok(undefined);
};

const refusedAdmission = (
  data: MemoryRelayData,
  { user, nowMs }: NewAccount,
  admission: Admission,
): NotAdmitted["type"] | undefined => {
  const isFirst = !data.firstAccount.isAdmitted;
  data.firstAccount.isAdmitted = true;
  if (isFirst || admission.kind === "open") return undefined;
  if (admission.kind === "closed") return "RegistrationClosed";
  const code = admission.codeHash && bytesToHex(admission.codeHash);
  const invite = code === undefined ? undefined : data.invites.get(code);
  if (code === undefined || invite === undefined) return "InviteInvalid";
  if (invite.usedBy !== undefined || invite.expiresAtMs <= nowMs) return "InviteInvalid";
  data.invites.set(code, { ...invite, usedBy: user });
  return undefined;
};

const accessTo = (data: MemoryRelayData, vault: VaultId, asker: Asker): Access | undefined => {
  const device = data.devices.get(asker.device);
  const access = data.vaultAccess.get(vault);
  if (device === undefined || access === undefined || device.isRevoked) return undefined;
  if (device.user !== asker.user || device.scope !== asker.scope) return undefined;
  if (asker.scope === DeviceScope.Viewer)
    return access.viewers.some(
      (grant) => grant.device === asker.device && grant.user === asker.user,
    )
      ? { kind: "viewer" }
      : undefined;
  const member = access.members.find(({ user }) => user === asker.user);
  return member && { kind: "member", role: member.role };
};

const usageOf = (
  data: MemoryRelayData,
  user: UserId,
  { quotaByteLength, deleteAfterMs }: MemoryAccount,
): Usage => {
  const vaults = [...data.vaults]
    .filter(([, { payer }]) => payer === user)
    .map(([vault, { usedByteLength }]) => ({ vault, usedByteLength }))
    .toSorted((a, b) => (a.vault < b.vault ? -1 : 1));
  const usedByteLength = vaults.reduce((sum, vault) => sum + vault.usedByteLength, 0);
  return { usedByteLength, quotaByteLength, vaults, deleteAfterMs };
};

const summaryOf = (data: MemoryRelayData, user: UserId, account: MemoryAccount): AccountSummary => {
  const { vaults, ...usage } = usageOf(data, user, account);
  const devices = [...data.devices.values()].filter((device) => device.user === user);
  const seen = devices.flatMap(({ seenAtMs }) => (seenAtMs === undefined ? [] : [seenAtMs]));
  return {
    user,
    registeredAtMs: account.registeredAtMs,
    ...usage,
    vaultCount: vaults.length,
    deviceCount: devices.filter(({ isRevoked }) => !isRevoked).length,
    seenAtMs: seen.length === 0 ? undefined : Math.max(...seen),
  };
};

const change = (data: MemoryRelayData, user: UserId, changed: Partial<MemoryAccount>): boolean => {
  const account = data.accounts.get(user);
  if (account === undefined) return false;
  data.accounts.set(user, { ...account, ...changed });
  return true;
};

const isHeldUp = (data: MemoryRelayData, vault: VaultId, user: UserId): boolean => {
  const members = data.vaultAccess.get(vault)?.members ?? [];
  const others = usersOf(data, vault).filter((member) => member.user !== user);
  return (
    members.some((member) => member.user === user && member.role === Role.Owner) &&
    others.length > 0 &&
    others.every(({ role }) => role !== Role.Owner)
  );
};

const remove = (data: MemoryRelayData, user: UserId): void => {
  if (!data.accounts.delete(user)) return;
  for (const [vault, known] of data.vaults) {
    const isMember = data.vaultAccess.get(vault)?.members.some((member) => member.user === user);
    if (known.payer !== user && isMember !== true) continue;
    const [next] = usersOf(data, vault);
    if (next === undefined) removeVaultData(data, vault);
    else if (known.payer === user) data.vaults.set(vault, { ...known, payer: next.user });
  }
  for (const [device, row] of data.devices) if (row.user === user) data.devices.delete(device);
  for (const [code, invite] of data.invites) if (invite.usedBy === user) data.invites.delete(code);
  const pinned = [...data.vaultIdentities.values()];
  for (const log of data.identityRecords.keys())
    if (!data.accounts.has(log) && !pinned.some((users) => users.has(log)))
      data.identityRecords.delete(log);
};
