/** Chains in maps, for tests and the simulation. */
import { assert } from "@duro/crypto/types";
import type { UserId, VaultId } from "@duro/protocol";
import type {
  AppendAsk,
  ChainName,
  ChainStore,
  ChainWrites,
  Held,
  HeldVault,
  Page,
  PageAsk,
  PlacedEnvelope,
  StoredChain,
} from "../ports/chainStore.ts";
import type { MemoryRelayData, MemoryVault } from "./memoryRelayData.ts";

/** One object is one relay's: nodes share it, as they share a database. Nothing here waits, so nothing locks. */
export const createMemoryChainStore = (data: MemoryRelayData): ChainStore => {
  const envelopesOf = (vault: VaultId): readonly PlacedEnvelope[] =>
    data.envelopes.get(vault) ?? [];
  const chainOf = ({ vault, chain }: ChainName): StoredChain | undefined =>
    data.chains.get(vault)?.get(chain);
  const ofChain = ({ vault, chain }: ChainName): readonly PlacedEnvelope[] =>
    envelopesOf(vault)
      .filter((envelope) => envelope.chain === chain)
      .toSorted((left, right) => left.seq - right.seq);
  const positionOf = (vault: VaultId): number => data.vaults.get(vault)?.position ?? 0;

  return {
    append: async (ask, decide) => {
      const held = lookAt(data, ask);
      const writes = decide(held);
      checkWrites(data, held, writes);
      write(data, writes);
      return writes;
    },
    chain: async (name) => chainOf(name),
    position: async (vault) => data.vaults.get(vault)?.position,
    positions: async (vaults) =>
      new Map(
        vaults.flatMap((vault) => (data.vaults.has(vault) ? [[vault, positionOf(vault)]] : [])),
      ),
    heads: async (vault) => ({
      position: positionOf(vault),
      chains: [...(data.chains.get(vault)?.values() ?? [])]
        .map(({ chain, seq, headId }) => ({ chain, seq, id: headId }))
        .toSorted((left, right) => (left.chain < right.chain ? -1 : 1)),
    }),
    range: async (name, fromSeq, count, wantsBodies) =>
      ofChain(name)
        .filter(({ seq }) => seq >= fromSeq && seq < fromSeq + count)
        .map((envelope) => (wantsBodies ? envelope : withoutBody(envelope))),
    bodies: async (name, seqs, byteLengthMax) => {
      let total = 0;
      return ofChain(name)
        .filter(({ seq }) => seqs.includes(seq))
        .map((envelope) => {
          const byteLength = envelope.body?.length ?? 0;
          total += byteLength;
          return total <= byteLengthMax || total === byteLength ? envelope : withoutBody(envelope);
        });
    },
    page: async (ask) => pageOf(envelopesOf(ask.vault), positionOf(ask.vault), ask),
    fillBodies: async (vault, bodies) => {
      for (const { position, body } of bodies) {
        const envelopes = data.envelopes.get(vault);
        const envelope = envelopes?.[position - 1];
        if (envelopes === undefined || envelope?.bodyByteLength !== body.length) continue;
        if (envelope.body !== undefined) continue;
        envelopes[position - 1] = { ...envelope, body };
        grow(data, vault, (had) => ({ ...had, usedByteLength: had.usedByteLength + body.length }));
      }
    },
  };
};

const withoutBody = (envelope: PlacedEnvelope): PlacedEnvelope => ({
  ...envelope,
  body: undefined,
});

const grow = (
  data: MemoryRelayData,
  vault: VaultId,
  change: (had: MemoryVault) => MemoryVault,
): void => {
  const had = data.vaults.get(vault);
  assert(had !== undefined, "a vault that grows is there");
  data.vaults.set(vault, change(had));
};

const lookAt = (data: MemoryRelayData, { vaults, chains, devices, hasQuota }: AppendAsk): Held => {
  const asked = new Set(chains.map(chainKey));
  const held = new Map<VaultId, HeldVault>();
  for (const vault of vaults) {
    const found = data.vaults.get(vault);
    if (found === undefined) continue;
    const { payer, position, logHead } = found;
    const quota = hasQuota ? data.accounts.get(payer)?.quotaByteLength : undefined;
    const payerByteLength = hasQuota ? usedBy(data, payer) : 0;
    held.set(vault, {
      vault,
      payer,
      position,
      logHead,
      payerByteLength,
      payerQuotaByteLength: quota,
    });
  }
  return {
    vaults: held,
    chain: (name) =>
      asked.has(chainKey(name)) ? data.chains.get(name.vault)?.get(name.chain) : undefined,
    revoked: new Set(devices.filter((device) => data.devices.get(device)?.isRevoked === true)),
  };
};

const chainKey = ({ vault, chain }: ChainName): string => `${vault}${chain}`;

const usedBy = (data: MemoryRelayData, payer: UserId): number =>
  [...data.vaults.values()]
    .filter((vault) => vault.payer === payer)
    .reduce((sum, { usedByteLength }) => sum + usedByteLength, 0);

/** What the unique keys of a database refuse. */
const checkWrites = (data: MemoryRelayData, held: Held, { vaults, runs }: ChainWrites): void => {
  const positions = new Map<VaultId, number>();
  const seqs = new Map<string, number>();
  for (const run of runs) {
    const position = positions.get(run.vault) ?? data.envelopes.get(run.vault)?.length ?? 0;
    assert(run.firstPosition === position + 1, "a position is given once, and none is left out");
    positions.set(run.vault, position + run.envelopes.length);
    const key = chainKey(run);
    for (const { seq } of run.envelopes) {
      const newest = seqs.get(key) ?? data.chains.get(run.vault)?.get(run.chain)?.seq ?? 0;
      assert(seq > newest, "a seq is given once");
      seqs.set(key, seq);
    }
  }
  for (const { vault } of vaults) assert(held.vaults.has(vault), "only what is locked grows");
};

const write = (data: MemoryRelayData, writes: ChainWrites): void => {
  for (const { vault, chain, firstPosition, envelopes } of writes.runs) {
    const stored = data.envelopes.get(vault) ?? [];
    data.envelopes.set(vault, stored);
    for (const [at, envelope] of envelopes.entries())
      stored.push({ ...envelope, chain, position: firstPosition + at });
  }
  for (const chain of writes.chains) {
    const chains = data.chains.get(chain.vault) ?? new Map();
    data.chains.set(chain.vault, chains.set(chain.chain, chain));
  }
  for (const { vault, position, addedByteLength } of writes.vaults)
    grow(data, vault, (had) => ({
      ...had,
      position,
      usedByteLength: had.usedByteLength + addedByteLength,
    }));
  for (const row of writes.checkpoints) listOf(data.checkpoints, row.vault).push(row);
  for (const row of writes.attests) listOf(data.attests, row.vault).push(row);
  for (const fork of writes.forks) {
    const forks = listOf(data.forkedHeads, fork.vault);
    if (!forks.some(({ envelope }) => envelope === fork.envelope)) forks.push(fork);
  }
};

const listOf = <Row>(lists: Map<VaultId, Row[]>, vault: VaultId): Row[] => {
  const list = lists.get(vault) ?? [];
  lists.set(vault, list);
  return list;
};

const pageOf = (envelopes: readonly PlacedEnvelope[], newest: number, ask: PageAsk): Page => {
  const has = new Map(ask.vector.map(({ chain, seq }) => [chain, seq]));
  const page: PlacedEnvelope[] = [];
  let byteLength = 0;
  for (const stored of envelopes.slice(ask.afterPosition)) {
    if (stored.seq <= (has.get(stored.chain) ?? 0)) continue;
    const envelope = ask.wantsBodies ? stored : withoutBody(stored);
    byteLength += envelope.signedHead.length + (envelope.body?.length ?? 0);
    const isFull = page.length >= ask.envelopeCountMax || byteLength > ask.byteLengthMax;
    if (page.length > 0 && isFull)
      return { envelopes: page, toPosition: envelope.position - 1, isEnd: false };
    page.push(envelope);
  }
  return { envelopes: page, toPosition: newest, isEnd: true };
};
