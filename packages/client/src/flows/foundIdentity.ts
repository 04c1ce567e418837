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
import { protocolVersion, type UserId, type VaultId } from "@duro/protocol";
import { selfWrite } from "../engine/self.ts";
import type { CommitError, LocalStore, Write } from "../ports/localStore.ts";
import { recordKey } from "../store/keys.ts";

export interface Founded {
  readonly user: UserId;
  readonly vault: VaultId;
}

/** Needs no relay: the logs are shown to one later. */
export const foundIdentity = async (
  deps: { readonly store: LocalStore; readonly randomBytes: RandomBytes },
  device: DeviceKeys,
  paper: DeviceKeys,
): Promise<Result<Founded, CommitError>> => {
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
  const committed = await deps.store.commit([
    selfWrite(user),
    recordWrite(userLog, genesis),
    recordWrite(userLog, paperRecord),
    recordWrite({ kind: LogKind.Vault, log: id }, vaultRecord),
  ]);
  return committed.ok ? { ok: true, value: { user, vault: id } } : committed;
};

const judged = (state: IdentityState | undefined, record: LogRecord): IdentityState => {
  const next = applyIdentityRecord(state, record);
  assert(next.ok, "a record that was just made holds");
  return next.value;
};

const recordWrite = (name: Parameters<typeof recordKey>[0], record: LogRecord): Write => ({
  kind: "put",
  table: "records",
  key: recordKey(name, record.index),
  value: encodeRecord(record),
});
