/**
 * Bodies that were not to be had when their envelopes came, and are now: from the relay's trash, or since
 * somebody gave them back to it. Only of what does not count yet; what was dropped here stays dropped.
 */
import { encodeEnvelope, envelopeIdOf, isBodyOf } from "@duro/crypto/verify";
import { type Run, runToEnvelopes } from "@duro/protocol";
import type { Write } from "../ports/localStore.ts";
import { envelopeKey } from "../store/keys.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";

/** In its turn among the jobs. False: the store has no room. */
export const takeBodies = async (memory: VaultMemory, run: Run): Promise<boolean> => {
  const { vault, store, chains, holds } = memory;
  const row = chains.get(run.chain);
  if (row === undefined || holds.get(run.chain)?.why !== "a body") return true;
  const writes: Write[] = [];
  for (const theirs of runToEnvelopes(vault, run, envelopeIdOf)) {
    const { seq } = theirs.head;
    if (seq <= row.counted || seq > row.head.at || theirs.body === undefined) continue;
    const [ours] = await readEnvelopes(memory, run.chain, seq, seq + 1);
    if (ours === undefined || ours.body !== undefined || !isBodyOf(ours.head, theirs.body))
      continue;
    writes.push({
      kind: "put",
      table: "envelopes",
      key: envelopeKey(vault, run.chain, seq),
      value: encodeEnvelope({ ...ours, body: theirs.body }),
    });
  }
  return writes.length === 0 || (await store.commit(writes, { durability: "later" })).ok;
};
