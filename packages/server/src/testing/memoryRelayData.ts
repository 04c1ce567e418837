/**
 * What the memory stores share, as the Postgres ones share a database: one object is one relay, whatever
 * the number of its nodes. Every map of a vault's own things stands in `removeVaultData`, too.
 */
import type { RecordId } from "@duro/crypto/types";
import type { ChainId, DeviceId, LogHead, LoginNonce, UserId, VaultId } from "@duro/protocol";
import type { Invite } from "../ports/accountStore.ts";
import type {
  AttestRow,
  CheckpointRow,
  ForkedHead,
  PlacedEnvelope,
  StoredChain,
} from "../ports/chainStore.ts";
import type { DeviceRow, VaultAccess } from "../ports/logStore.ts";

export interface MemoryAccount {
  readonly registeredAtMs: number;
  readonly quotaByteLength: number | undefined;
  readonly deleteAfterMs: number | undefined;
}

export interface MemoryDevice extends DeviceRow {
  readonly seenAtMs: number | undefined;
}

export interface MemoryRecord {
  readonly id: RecordId;
  readonly bytes: Uint8Array;
}

export interface MemoryVault {
  readonly payer: UserId;
  readonly logHead: LogHead;
  /** Of the newest envelope; 0 before the first. */
  readonly position: number;
  readonly usedByteLength: number;
  readonly createdAtMs: number;
}

export interface MemoryRelayData {
  /** Stays when that account goes. */
  readonly firstAccount: { isAdmitted: boolean };
  readonly accounts: Map<UserId, MemoryAccount>;
  readonly devices: Map<DeviceId, MemoryDevice>;
  /** By the hash of its code, in hex. */
  readonly invites: Map<string, Invite & { readonly usedBy: UserId | undefined }>;
  /** When it is forgotten. */
  readonly usedNonces: Map<LoginNonce, number>;
  /** By index. */
  readonly identityRecords: Map<UserId, readonly MemoryRecord[]>;

  readonly vaults: Map<VaultId, MemoryVault>;
  /** By index. */
  readonly vaultRecords: Map<VaultId, readonly MemoryRecord[]>;
  readonly vaultAccess: Map<VaultId, VaultAccess>;
  /** Users whose identity logs the vault's records rely on. */
  readonly vaultIdentities: Map<VaultId, ReadonlySet<UserId>>;

  readonly chains: Map<VaultId, Map<ChainId, StoredChain>>;
  /** At `position - 1`. */
  readonly envelopes: Map<VaultId, PlacedEnvelope[]>;
  readonly forkedHeads: Map<VaultId, ForkedHead[]>;
  readonly checkpoints: Map<VaultId, CheckpointRow[]>;
  readonly attests: Map<VaultId, AttestRow[]>;
}

export const createMemoryRelayData = (): MemoryRelayData => ({
  firstAccount: { isAdmitted: false },
  accounts: new Map(),
  devices: new Map(),
  invites: new Map(),
  usedNonces: new Map(),
  identityRecords: new Map(),
  vaults: new Map(),
  vaultRecords: new Map(),
  vaultAccess: new Map(),
  vaultIdentities: new Map(),
  chains: new Map(),
  envelopes: new Map(),
  forkedHeads: new Map(),
  checkpoints: new Map(),
  attests: new Map(),
});

/** All that stands under a vault. */
export const removeVaultData = (data: MemoryRelayData, vault: VaultId): void => {
  data.vaults.delete(vault);
  data.vaultRecords.delete(vault);
  data.vaultAccess.delete(vault);
  data.vaultIdentities.delete(vault);
  data.chains.delete(vault);
  data.envelopes.delete(vault);
  data.forkedHeads.delete(vault);
  data.checkpoints.delete(vault);
  data.attests.delete(vault);
};
