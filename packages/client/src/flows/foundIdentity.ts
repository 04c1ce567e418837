/** A new person: an identity with this device as its first, a paper device, and a vault of their own. */
import {
  addDeviceRecord,
  cosignRecord,
  type DeviceKeys,
  type RandomBytes,
  startIdentity,
  startVault,
} from "@duro/crypto";
import { assert, DeviceScope, LogKind, type Result } from "@duro/crypto/types";
import {
  applyIdentityRecord,
  applyVaultRecord,
  encodeRecord,
  type IdentityState,
  type LogRecord,
} from "@duro/crypto/verify";
import {
  type DeviceId,
  type LogHead,
  type LogName,
  protocolVersion,
  type UserId,
  type VaultId,
} from "@duro/protocol";
import { selfWrite } from "../engine/self.ts";
import type { CommitError, LocalStore, Write } from "../ports/localStore.ts";
import { recordKey } from "../store/keys.ts";

export interface Founded {
  readonly user: UserId;
  readonly vault: VaultId;
}

/** All that a new person is, before any of it counts. */
export interface Founding extends Founded {
  readonly device: DeviceId;
  /** The device of the 24 words. */
  readonly paper: DeviceId;
  /** For the sheet: a relay that shows an older log than this lies. */
  readonly sheetHead: LogHead;
  readonly records: readonly FoundingRecord[];
}

interface FoundingRecord {
  readonly name: LogName;
  readonly index: number;
  readonly record: Uint8Array;
}

export const prepareIdentity = (
  deps: { readonly randomBytes: RandomBytes },
  device: DeviceKeys,
  paper: DeviceKeys,
): Founding => {
  const { user, userKeys, record: genesis } = startIdentity(deps, device);
  const founded = judged(undefined, genesis);
  const { signKey, kemKey } = paper;
  const entry = { signKey, kemKey, scope: DeviceScope.Paper, expiresAtMs: undefined };
  const added = addDeviceRecord(deps, founded, device, { id: paper.id, entry }, userKeys);
  const paperRecord = cosignRecord(added, paper);
  const identity = judged(founded, paperRecord);
  const { record: vaultRecord } = startVault(deps, { device, identity }, protocolVersion);
  const vault = applyVaultRecord(undefined, vaultRecord, () => identity);
  assert(vault.ok, "a vault that was just founded holds");
  const { vault: id } = vault.value;
  const userLog = { kind: LogKind.Identity, log: user };
  const records = [
    recordOf(userLog, genesis),
    recordOf(userLog, paperRecord),
    recordOf({ kind: LogKind.Vault, log: id }, vaultRecord),
  ];
  const { head: sheetHead } = identity;
  return { user, vault: id, device: device.id, paper: paper.id, sheetHead, records };
};

/** By which it counts, together with whatever else goes into that commit. */
export const foundingWrites = ({ user, records }: Founding): readonly Write[] => [
  selfWrite(user),
  ...records.map(({ name, index, record }): Write => ({
    kind: "put",
    table: "records",
    key: recordKey(name, index),
    value: record,
  })),
];

/** Needs no relay: the logs are shown to one later. */
export const foundIdentity = async (
  deps: { readonly store: LocalStore; readonly randomBytes: RandomBytes },
  device: DeviceKeys,
  paper: DeviceKeys,
): Promise<Result<Founded, CommitError>> => {
  const founding = prepareIdentity(deps, device, paper);
  const committed = await deps.store.commit(foundingWrites(founding));
  const { user, vault } = founding;
  return committed.ok ? { ok: true, value: { user, vault } } : committed;
};

const judged = (state: IdentityState | undefined, record: LogRecord): IdentityState => {
  const next = applyIdentityRecord(state, record);
  assert(next.ok, "a record that was just made holds");
  return next.value;
};

const recordOf = (name: LogName, record: LogRecord): FoundingRecord => ({
  name,
  index: record.index,
  record: encodeRecord(record),
});
