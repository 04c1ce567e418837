/** Where counting anew begins: behind the base, where there is one; else at the first envelope. */
import type { ChainId } from "@duro/protocol";
import type { Write } from "../ports/localStore.ts";
import type { Draft } from "../vault/draft.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { baseStates, readBase } from "./checkpointBase.ts";
import { logIndexAt } from "./logIndexAt.ts";
import { stateDocument } from "./stateDocument.ts";
import { emptyDocument } from "../store/rows.ts";

/**
 * Sets every chain back. What comes back goes behind the writes that clear documents and updates; the
 * rows of documents are set. A base that covers what does not count is no base: the bodies are asked for.
 * `fromSeqs`: from there on a chain is somebody else's, or nobody's.
 */
export const countFromBase = async (
  memory: VaultMemory,
  draft: Draft,
  fromSeqs: ReadonlyMap<ChainId, number>,
): Promise<readonly Write[]> => {
  const base = await readBase(memory);
  const covers = (chain: ChainId, seq: number): boolean => (base?.seqs.get(chain) ?? 0) >= seq;
  const isUsable = ![...fromSeqs].some(([chain, seq]) => covers(chain, seq));
  const states = isUsable && base !== undefined ? await baseStates(memory, base) : undefined;
  for (const row of memory.chains.values()) {
    const counted = states === undefined ? 0 : (base?.seqs.get(row.chain) ?? 0);
    const lastLogIndex = counted === 0 ? 0 : ((await logIndexAt(memory, row.chain, counted)) ?? 0);
    draft.setChain({ ...row, counted, lastLogIndex, voidAt: 0 });
  }
  return (states ?? []).flatMap((one) => {
    const { row, writes } = stateDocument(memory.vault, one, emptyDocument);
    draft.setDocument(one.doc, row);
    return writes;
  });
};
