/** Chains and envelopes that stand for any others: heads as they are on the wire, signed by nobody. */
import { EnvelopeKind, noRecord, recordIds } from "@duro/crypto/types";
import { encodeHead } from "@duro/crypto/verify";
import {
  type ChainId,
  chainIds,
  type DeviceId,
  type EnvelopeId,
  envelopeIds,
  incarnations,
  noEnvelope,
  signedHeadByteLength,
  type UserId,
  type VaultId,
} from "@duro/protocol";
import type {
  AppendAsk,
  AttestRow,
  ChainName,
  ChainStore,
  ChainWrites,
  CheckpointRow,
  ForkedHead,
  Held,
  NewRun,
  PlacedEnvelope,
  StoredChain,
  StoredEnvelope,
} from "../ports/chainStore.ts";
import { deviceOf, userOf } from "./storeSamples.ts";

export interface Kept {
  readonly usedByteLength: number;
  readonly checkpoints: readonly CheckpointRow[];
  readonly attests: readonly AttestRow[];
  readonly forks: readonly ForkedHead[];
}

export interface ChainStoreUnderTest {
  /** Two nodes of one relay. */
  readonly nodes: readonly [ChainStore, ChainStore];
  foundVault(vault: VaultId, payer: UserId): Promise<void>;
  /** Makes the account. */
  setQuota(user: UserId, quotaByteLength: number | undefined): Promise<void>;
  addDevice(device: DeviceId, isRevoked: boolean): Promise<void>;
  trash(vault: VaultId, position: number): Promise<void>;
  kept(vault: VaultId): Promise<Kept>;
  close(): Promise<void>;
}

const filled = (byteLength: number, number: number): Uint8Array => {
  const bytes = new Uint8Array(byteLength).fill(0x55);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
};

export const chainOf = (number: number): ChainId => chainIds.fromBytes(filled(16, number));
export const envelopeIdOf = (chain: ChainId, seq: number): EnvelopeId => {
  const bytes = filled(32, seq);
  chainIds.into(chain, bytes, 16);
  return envelopeIds.fromBytes(bytes);
};

export interface EnvelopeShape {
  readonly kind?: EnvelopeKind;
  readonly flags?: number;
  readonly bodyByteLength?: number;
  readonly hasBody?: boolean;
}

export const envelopeOf = (
  { vault, chain }: ChainName,
  seq: number,
  { kind = EnvelopeKind.Data, flags = 0, bodyByteLength = 305, hasBody = true }: EnvelopeShape = {},
): StoredEnvelope => {
  const signedHead = new Uint8Array(signedHeadByteLength).fill(seq % 256);
  const previous = seq === 1 ? noEnvelope : envelopeIdOf(chain, seq - 1);
  const head = { kind, flags, vault, chain, seq, previous, epoch: 1, logHead: noRecord };
  const hashed = { nonce: filled(24, seq), bodyByteLength, bodyHash: filled(32, seq) };
  signedHead.set(encodeHead({ ...head, ...hashed }));
  const body = hasBody ? filled(bodyByteLength, seq) : undefined;
  return { seq, kind, flags, bodyByteLength, signedHead, body };
};

export const placedOf = (
  name: ChainName,
  seq: number,
  position: number,
  shape: EnvelopeShape = {},
): PlacedEnvelope => ({ ...envelopeOf(name, seq, shape), chain: name.chain, position });

/** What a chain is after its newest envelope. */
export const storedChainOf = ({ vault, chain }: ChainName, seq: number): StoredChain => ({
  vault,
  chain,
  user: userOf(1),
  device: deviceOf(1),
  incarnation: incarnations.fromBytes(filled(16, 7)),
  openedUnder: recordIds.fromBytes(filled(32, 8)),
  seq,
  headId: envelopeIdOf(chain, seq),
  epoch: 3,
  logIndex: 4 + seq,
  writtenAtMs: 1_700_000_000_000 + seq,
});

export const nothingWritten: ChainWrites = {
  runs: [],
  chains: [],
  vaults: [],
  checkpoints: [],
  attests: [],
  forks: [],
};

/** Some envelopes behind the newest of a chain, or its first. */
export interface Growth extends ChainName {
  readonly envelopes: readonly EnvelopeShape[];
}

export const askFor = (growths: readonly ChainName[]): AppendAsk => ({
  vaults: [...new Set(growths.map(({ vault }) => vault))],
  chains: growths.map(({ vault, chain }) => ({ vault, chain })),
  devices: [],
  hasQuota: false,
  isAlone: true,
});

/** Each growth behind the one before it, as a relay would place them. */
export const growingBy =
  (growths: readonly Growth[]) =>
  (held: Held): ChainWrites => {
    const positions = new Map<VaultId, number>();
    const bytes = new Map<VaultId, number>();
    const chains = new Map<ChainId, StoredChain>();
    const runs: NewRun[] = [];
    for (const { vault, chain, envelopes: shapes } of growths) {
      const position = positions.get(vault) ?? held.vaults.get(vault)?.position ?? 0;
      const seq = (chains.get(chain) ?? held.chain({ vault, chain }))?.seq ?? 0;
      const envelopes = shapes.map((shape, at) =>
        envelopeOf({ vault, chain }, seq + 1 + at, shape),
      );
      runs.push({ vault, chain, firstPosition: position + 1, envelopes });
      positions.set(vault, position + envelopes.length);
      bytes.set(vault, envelopes.reduce(addByteLength, bytes.get(vault) ?? 0));
      chains.set(chain, storedChainOf({ vault, chain }, seq + envelopes.length));
    }
    const vaults = [...positions].map(([vault, position]) => ({
      vault,
      position,
      addedByteLength: bytes.get(vault) ?? 0,
    }));
    return { ...nothingWritten, runs, chains: [...chains.values()], vaults };
  };

const addByteLength = (sum: number, { signedHead, body }: StoredEnvelope): number =>
  sum + signedHead.length + (body?.length ?? 0);

export const grow = (store: ChainStore, growths: readonly Growth[]): Promise<ChainWrites> =>
  store.append(askFor(growths), growingBy(growths));

export const envelopes = (count: number, shape: EnvelopeShape = {}): readonly EnvelopeShape[] =>
  Array.from({ length: count }, () => shape);
