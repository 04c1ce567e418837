/** Users, devices, vaults and records that stand for any others: the stores look at no signature. */
import { asSignPublicKey, DeviceScope, noRecord, recordIds } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import {
  type DeviceId,
  deviceIds,
  type UserId,
  userIds,
  type VaultId,
  vaultIds,
} from "@duro/protocol";
import type { AccountStore, Asker, NewAccount } from "../ports/accountStore.ts";
import type {
  DeviceRow,
  LogStore,
  NewRecord,
  NewVaultRecord,
  VaultAccess,
} from "../ports/logStore.ts";

/** Rises with its number. */
const numbered = (byteLength: number, kind: number, number: number): Uint8Array => {
  const bytes = new Uint8Array(byteLength).fill(kind);
  new DataView(bytes.buffer).setUint32(4, number);
  return bytes;
};

export const userOf = (number: number): UserId => userIds.fromBytes(numbered(16, 0x11, number));
export const deviceOf = (number: number): DeviceId =>
  deviceIds.fromBytes(numbered(16, 0x22, number));
export const vaultOf = (number: number): VaultId => vaultIds.fromBytes(numbered(16, 0x33, number));

/** Of the log of that number; another branch is another record for the same place. */
export const recordOf = (
  log: number,
  index: number,
  { branch = 0, byteLength = 100 }: { branch?: number; byteLength?: number } = {},
): NewRecord => {
  const idAt = (place: number, way: number) =>
    recordIds.fromBytes(numbered(32, way, log * 1_000 + place));
  return {
    index,
    id: idAt(index, branch),
    previous: index === 0 ? noRecord : idAt(index - 1, 0),
    bytes: new Uint8Array(byteLength).fill(index + 1),
  };
};

export const recordsOf = (log: number, count: number): readonly NewRecord[] =>
  Array.from({ length: count }, (_, index) => recordOf(log, index));

export const vaultRecordOf = (
  log: number,
  index: number,
  pinned: readonly UserId[],
  options: { branch?: number; byteLength?: number } = {},
): NewVaultRecord => ({ ...recordOf(log, index, options), pinned });

export const deviceRowOf = (
  user: UserId,
  number: number,
  changed: Partial<DeviceRow> = {},
): DeviceRow => ({
  device: deviceOf(number),
  user,
  signKey: asSignPublicKey(numbered(32, 0x44, number)),
  scope: DeviceScope.Full,
  expiresAtMs: undefined,
  isRevoked: false,
  ...changed,
});

/** User and first device have one number. */
export const accountOf = (number: number, changed: Partial<NewAccount> = {}): NewAccount => ({
  user: userOf(number),
  records: recordsOf(number, 1),
  devices: [deviceRowOf(userOf(number), number)],
  nowMs: 1_000,
  ...changed,
});

export const askerOf = (number: number): Asker => ({
  user: userOf(number),
  device: deviceOf(number),
  scope: DeviceScope.Full,
});

export const viewerOf = (number: number, device: number): Asker => ({
  user: userOf(number),
  device: deviceOf(device),
  scope: DeviceScope.Viewer,
});

export const paperOf = (number: number, device: number): Asker => ({
  user: userOf(number),
  device: deviceOf(device),
  scope: DeviceScope.Paper,
});

export interface Stores {
  readonly logStore: LogStore;
  readonly accountStore: AccountStore;
  close(): Promise<void>;
}

/** Users with these numbers. */
export const registerAll = async (
  { accountStore }: Stores,
  numbers: readonly number[],
): Promise<void> => {
  for (const number of numbers) await accountStore.register(accountOf(number), { kind: "open" });
};

/** Their roles by the numbers of the users. */
export const accessOf = (
  roles: Readonly<Record<number, Role>>,
  viewers: VaultAccess["viewers"] = [],
): VaultAccess => ({
  members: Object.entries(roles).map(([number, role]) => ({ user: userOf(Number(number)), role })),
  viewers,
});

/** Vault and log have one number. The first record pins every member. */
export const foundVault = async (
  { logStore }: Stores,
  number: number,
  payer: number,
  access: VaultAccess = accessOf({ [payer]: Role.Owner }),
): Promise<void> => {
  await logStore.appendVault(
    vaultOf(number),
    vaultRecordOf(
      number,
      0,
      access.members.map(({ user }) => user),
    ),
    access,
    { payer: userOf(payer), nowMs: 2_000 },
  );
};
