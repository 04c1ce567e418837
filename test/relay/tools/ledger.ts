/**
 * What clients were promised, kept outside the relay: which envelope stands at which position, which
 * record was appended, which chunk was taken. Whatever the relay says later is held against it, and a
 * promise that it broke is a fault, in words. Knows no socket and no database.
 */
import {
  type BlobId,
  type EnvelopeId,
  type LogName,
  type Receipt,
  type RelayGeneration,
  type VaultId,
} from "../../../packages/protocol/src/index.ts";
import { isReceiptBy } from "../../../packages/crypto/src/verify.ts";
import { bytesAreEqual, type SignPublicKey } from "../../../packages/crypto/src/types.ts";

/** Who signs receipts. */
export interface RelayName {
  readonly relayKey: SignPublicKey;
  readonly generation: RelayGeneration;
}

export interface LedgerChain {
  readonly vault: VaultId;
  readonly chain: string;
  /** Of every envelope that was made, receipted or not; seq 1 comes first. */
  readonly ids: EnvelopeId[];
  /** Up to this seq there are receipts. */
  receiptedSeq: number;
}

export interface LedgerVault {
  readonly vault: VaultId;
  readonly chains: Map<string, LedgerChain>;
  /** As a receipt or a page said it first. */
  readonly idByPosition: Map<number, EnvelopeId>;
  readonly positionById: Map<EnvelopeId, number>;
}

export interface LedgerLog {
  readonly name: LogName;
  /** Those that were answered, as they were sent. */
  readonly records: Uint8Array[];
}

export interface LedgerBlob {
  readonly vault: VaultId;
  readonly blob: BlobId;
  readonly chunkHashes: readonly Uint8Array[];
  /** Indexes of chunks that the relay said it took. */
  readonly answered: Set<number>;
}

export interface LedgerCounts {
  receipts: number;
  receiptedEnvelopes: number;
  /** Receipts for what had one before. */
  repeatedReceipts: number;
  /** Stored, though the client never heard of it: the receipt was lost on the way. */
  unheardOf: number;
  resent: number;
  records: number;
  resentRecords: number;
  chunks: number;
}

export interface Ledger {
  readonly vaults: Map<VaultId, LedgerVault>;
  readonly logs: Map<string, LedgerLog>;
  readonly blobs: Map<BlobId, LedgerBlob>;
  readonly counts: LedgerCounts;
  readonly faults: string[];
  /** As it was when it was first asked; the same ever after. */
  relay: RelayName | undefined;
}

export const createLedger = (): Ledger => ({
  vaults: new Map(),
  logs: new Map(),
  blobs: new Map(),
  counts: {
    receipts: 0,
    receiptedEnvelopes: 0,
    repeatedReceipts: 0,
    unheardOf: 0,
    resent: 0,
    records: 0,
    resentRecords: 0,
    chunks: 0,
  },
  faults: [],
  relay: undefined,
});

export const fault = ({ faults }: Ledger, sentence: string): void => {
  faults.push(sentence);
};

/** A relay that comes back is the one that was there. */
export const noteRelay = (ledger: Ledger, { relayKey, generation }: RelayName): void => {
  const known = (ledger.relay ??= { relayKey, generation });
  if (known.generation !== generation) fault(ledger, "the relay came back as another generation");
  if (!bytesAreEqual(known.relayKey, relayKey))
    fault(ledger, "the relay came back with another key");
};

const getOrMake = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
};

// Envelopes

export const vaultIn = ({ vaults }: Ledger, vault: VaultId): LedgerVault =>
  getOrMake(vaults, vault, () => ({
    vault,
    chains: new Map(),
    idByPosition: new Map(),
    positionById: new Map(),
  }));

export const chainIn = (ledger: Ledger, vault: VaultId, chain: string): LedgerChain =>
  getOrMake(vaultIn(ledger, vault).chains, chain, () => ({
    vault,
    chain,
    ids: [],
    receiptedSeq: 0,
  }));

/** Two things that the relay says of one envelope, or of one position, are the same. */
export const notePlace = (
  ledger: Ledger,
  vault: VaultId,
  { id, position }: { readonly id: EnvelopeId; readonly position: number },
): void => {
  const { idByPosition, positionById } = vaultIn(ledger, vault);
  const [idBefore, positionBefore] = [idByPosition.get(position), positionById.get(id)];
  if (idBefore !== undefined && idBefore !== id)
    fault(ledger, `position ${position} held one envelope and now holds another`);
  if (positionBefore !== undefined && positionBefore !== position)
    fault(ledger, `one envelope stood at ${positionBefore} and now stands at ${position}`);
  idByPosition.set(position, id);
  positionById.set(id, position);
};

/** The client's word is what counts: the ids are its own, the receipt must fit them. */
export const noteReceipt = (ledger: Ledger, vault: VaultId, receipt: Receipt): LedgerChain => {
  const { firstPosition, firstSeq, count, nowMs, signature } = receipt;
  const chain = chainIn(ledger, vault, receipt.chain);
  const envelopes = chain.ids.slice(firstSeq - 1, firstSeq - 1 + count);
  if (envelopes.length !== count) fault(ledger, "a receipt speaks of what nobody made");
  if (firstSeq > chain.receiptedSeq + 1) fault(ledger, "receipts of a chain leave one out");
  const claim = { vault, firstPosition, envelopes, nowMs };
  const { relay } = ledger;
  const isTrue =
    relay !== undefined &&
    isReceiptBy(relay.relayKey, { ...claim, generation: relay.generation }, signature);
  if (!isTrue) fault(ledger, "a receipt's signature does not hold");
  for (const [at, id] of envelopes.entries())
    notePlace(ledger, vault, { id, position: firstPosition + at });
  const lastSeq = firstSeq + count - 1;
  const freshCount = Math.max(0, lastSeq - chain.receiptedSeq);
  ledger.counts.receipts += 1;
  ledger.counts.receiptedEnvelopes += freshCount;
  if (freshCount < count) ledger.counts.repeatedReceipts += 1;
  chain.receiptedSeq = Math.max(chain.receiptedSeq, lastSeq);
  return chain;
};

// Records

export const logIn = ({ logs }: Ledger, name: LogName): LedgerLog =>
  getOrMake(logs, `${name.kind} ${name.log}`, () => ({ name, records: [] }));

export const noteRecord = (ledger: Ledger, name: LogName, index: number, bytes: Uint8Array) => {
  const { records } = logIn(ledger, name);
  if (index !== records.length)
    fault(ledger, `record ${records.length} was answered as number ${index}`);
  records.push(bytes);
  ledger.counts.records += 1;
};

// Blobs

export const noteChunk = (ledger: Ledger, { answered }: LedgerBlob, index: number): void => {
  answered.add(index);
  ledger.counts.chunks += 1;
};
