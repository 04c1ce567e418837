/** Signed logs of users and vaults, and what the relay folds from them to know who may do what. */
import type { DeviceScope, RecordId, Result, SignPublicKey } from "@duro/crypto/types";
import type { Role } from "@duro/crypto/verify";
import type { DeviceId, LogHead, LogName, UserId, VaultId } from "@duro/protocol";

export interface NewRecord {
  readonly index: number;
  readonly id: RecordId;
  readonly previous: RecordId;
  /** As it was signed. */
  readonly bytes: Uint8Array;
}

export interface NewVaultRecord extends NewRecord {
  /** Users whose identity logs it relies on, each once: those logs stay as long as the vault does. */
  readonly pinned: readonly UserId[];
}

/** A device as its user's log says. */
export interface DeviceRow {
  readonly device: DeviceId;
  readonly user: UserId;
  readonly signKey: SignPublicKey;
  readonly scope: DeviceScope;
  readonly expiresAtMs: number | undefined;
  readonly isRevoked: boolean;
}

/** Who may open a vault, as its log says after the record. */
export interface VaultAccess {
  readonly members: readonly { readonly user: UserId; readonly role: Role }[];
  readonly viewers: readonly { readonly user: UserId; readonly device: DeviceId }[];
}

/** Somebody else appended first. */
export interface HeadMoved {
  readonly type: "HeadMoved";
  /** Undefined: there is no such log. */
  readonly head: LogHead | undefined;
}

/** The log of somebody whom the record pins was deleted with their account. */
export interface PinnedLogGone {
  readonly type: "PinnedLogGone";
}

export interface ReadLimit {
  readonly recordCountMax: number;
  /** A first record is read however long it is. */
  readonly byteLengthMax: number;
}

/**
 * Adapters: postgresLogStore, memoryLogStore. The log of a deleted account is read like any other while
 * a vault relies on it, and takes no record.
 */
export interface LogStore {
  head(name: LogName): Promise<LogHead | undefined>;
  /** Of those that exist. */
  heads(names: readonly LogName[]): Promise<ReadonlyMap<LogName["log"], LogHead>>;
  read(name: LogName, fromIndex: number, limit: ReadLimit): Promise<readonly Uint8Array[]>;
  /**
   * Behind a head that is still the newest; devices as they are after it. A device belongs to the user
   * whose log named it first.
   */
  appendIdentity(
    user: UserId,
    record: NewRecord,
    devices: readonly DeviceRow[],
  ): Promise<Result<void, HeadMoved>>;
  /** A genesis makes the vault, which its author pays for. */
  appendVault(
    vault: VaultId,
    record: NewVaultRecord,
    access: VaultAccess,
    founding: { readonly payer: UserId; readonly nowMs: number } | undefined,
  ): Promise<Result<void, HeadMoved | PinnedLogGone>>;
}
