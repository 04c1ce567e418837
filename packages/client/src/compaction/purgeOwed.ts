/**
 * Somebody purged: a checkpoint is owed that covers what they deleted and says so, whatever came since the
 * last one. Kept until it is sealed.
 */
import { chainIds, decode, encode, type Result } from "@duro/crypto/types";
import type { ChainId, VaultId, Vector } from "@duro/protocol";
import type { CommitError, LocalStore, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";

/** What was deleted is sealed in our chain up to there. */
export interface PurgeOwed {
  readonly chain: ChainId;
  readonly seq: number;
}

const keyOf = (vault: VaultId): Uint8Array => factKey("purgeOwed", vault);
const owedByteLengthMax = 32;

/** In a job of the vault, once the deletion is durable. */
export const owePurge = ({
  store,
  vault,
  own,
  chains,
  waiting,
}: VaultMemory): Promise<Result<void, CommitError>> => {
  const seq = (chains.get(own.chain)?.head.at ?? 0) + (waiting.length > 0 ? 1 : 0);
  const value = encode((to) => {
    chainIds.write(to, own.chain);
    to.varUint(seq);
  });
  return store.commit([{ kind: "put", table: "facts", key: keyOf(vault), value }]);
};

export const noPurgeWrite = (vault: VaultId): Write => ({
  kind: "delete",
  table: "facts",
  key: keyOf(vault),
});

export const readPurgeOwed = async ({
  store,
  vault,
}: {
  readonly store: LocalStore;
  readonly vault: VaultId;
}): Promise<PurgeOwed | undefined> => {
  const bytes = await store.get("facts", keyOf(vault));
  if (bytes === undefined) return undefined;
  const owed = decode({ what: "purge owed", byteLengthMax: owedByteLengthMax }, bytes, (from) => ({
    chain: chainIds.read(from),
    seq: from.varUint(),
  }));
  return owed.ok ? owed.value : undefined;
};

/** A chain that we no longer write was carried over to the one that we write now, all of it. */
export const coversPurge = ({ chain, seq }: PurgeOwed, coverage: Vector, own: ChainId): boolean =>
  chain !== own || coverage.some((mark) => mark.chain === chain && mark.seq >= seq);
