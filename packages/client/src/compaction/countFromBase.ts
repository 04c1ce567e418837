/** Where counting anew begins: behind the base, where there is one; else at the first envelope. */
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
 * `ownFromSeq`: from there on our own chain is somebody else's.
 */
export const countFromBase = async (
  memory: VaultMemory,
  draft: Draft,
  ownFromSeq: number | undefined,
): Promise<readonly Write[]> => {
  const base = await readBase(memory);
  const ownSeq = base?.seqs.get(memory.own.chain) ?? 0;
  const isUsable = base !== undefined && (ownFromSeq === undefined || ownSeq < ownFromSeq);
  const states = isUsable ? await baseStates(memory, base) : undefined;
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
