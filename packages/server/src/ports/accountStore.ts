/** Accounts, the devices that log in, invites, and who may open what. */
import type { DeviceScope, Result } from "@duro/crypto/types";
import type { Role } from "@duro/crypto/verify";
import type { DeviceId, LoginNonce, UserId, VaultId } from "@duro/protocol";
import type { DeviceRow, HeadMoved, NewRecord } from "./logStore.ts";

export interface NewAccount {
  readonly user: UserId;
  /** The identity log from its genesis on. */
  readonly records: readonly NewRecord[];
  /** As they are after these records. */
  readonly devices: readonly DeviceRow[];
  readonly nowMs: number;
}

/** The first account of a relay needs no admission. */
export type Admission =
  | { readonly kind: "open" }
  | { readonly kind: "invite"; readonly codeHash: Uint8Array | undefined }
  | { readonly kind: "closed" };

export interface NotAdmitted {
  readonly type: "AccountExists" | "InviteInvalid" | "RegistrationClosed";
}

/** What somebody may do in a vault, as its log and theirs say. */
export type Access =
  | { readonly kind: "member"; readonly role: Role }
  /** A viewer device that was granted. */
  | { readonly kind: "viewer" };

export interface Usage {
  /** Of the vaults they pay for. */
  readonly usedByteLength: number;
  /** Undefined: the relay's default holds. */
  readonly quotaByteLength: number | undefined;
  /** Those they pay for, rising. */
  readonly vaults: readonly { readonly vault: VaultId; readonly usedByteLength: number }[];
  readonly deleteAfterMs: number | undefined;
}

export interface AccountSummary {
  readonly user: UserId;
  readonly registeredAtMs: number;
  readonly usedByteLength: number;
  readonly quotaByteLength: number | undefined;
  /** Those they pay for. */
  readonly vaultCount: number;
  /** Those that are not revoked. */
  readonly deviceCount: number;
  /** The newest of any device. */
  readonly seenAtMs: number | undefined;
  readonly deleteAfterMs: number | undefined;
}

export interface Invite {
  readonly codeHash: Uint8Array;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Whoever asks to open something. */
export interface Asker {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly scope: DeviceScope;
}

/** Adapters: postgresAccountStore, memoryAccountStore. */
export interface AccountStore {
  /**
   * In one transaction: an invite works once, and there is one first account ever. `HeadMoved` when vaults
   * still rely on the log of an account that was deleted, and these records do not reach that head:
   * devices folded from fewer could bring a revoked one back.
   */
  register(
    account: NewAccount,
    admission: Admission,
  ): Promise<Result<void, NotAdmitted | HeadMoved>>;
  device(device: DeviceId): Promise<DeviceRow | undefined>;
  /** Revoked ones too, rising. */
  devicesOf(user: UserId): Promise<readonly DeviceRow[]>;
  /** Those that this device may open, rising, no more than one user may have. */
  vaultsOf(asker: Asker): Promise<readonly VaultId[]>;
  accessTo(vault: VaultId, asker: Asker): Promise<Access | undefined>;
  usage(user: UserId): Promise<Usage | undefined>;
  /** Of those vaults that exist. */
  payersOf(vaults: readonly VaultId[]): Promise<ReadonlyMap<VaultId, UserId>>;
  seen(devices: readonly DeviceId[], nowMs: number): Promise<void>;
  createInvite(invite: Invite): Promise<void>;
  /** False when it was used before. */
  useNonce(nonce: LoginNonce, expiresAtMs: number): Promise<boolean>;
  /** Rising by user. */
  accounts(): Promise<readonly AccountSummary[]>;
  setQuota(user: UserId, quotaByteLength: number | undefined): Promise<boolean>;
  /** Undefined takes the wish back. */
  setDeletion(user: UserId, deleteAfterMs: number | undefined): Promise<boolean>;
  /** Vaults whose last owner with an account this user is, while another member has one; rising. */
  vaultsHeldUp(user: UserId): Promise<readonly VaultId[]>;
  /** Rising. */
  deletionsDue(nowMs: number): Promise<readonly UserId[]>;
  /**
   * Everything of the user, and every vault that nobody with an account is left in. A vault that others
   * still use keeps its records and envelopes, and where the user paid for it, a member with the highest
   * role pays from now on. The user's identity log, public keys only, stays while such a vault relies on
   * it: without it nobody could read the vault's log.
   */
  remove(user: UserId): Promise<void>;
  /** Nonces, tokens and invites that are over, used or not. */
  forgetExpired(nowMs: number): Promise<void>;
}
