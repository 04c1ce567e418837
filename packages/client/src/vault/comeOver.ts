/**
 * Comes over to the branch of the vault's log that stands: what was written under the one that fell counts
 * for nobody, so it goes from here, and our own of it is edits again, under another chain. It can be
 * stopped anywhere, and begins anew then.
 */
import { type ChainId, OpenReason } from "@duro/protocol";
import type { RecordId } from "@duro/protocol";
import { cameOverWrite, isToComeOver } from "../logs/fallenBranch.ts";
import type { VaultContext } from "./context.ts";
import { createDraft } from "./draft.ts";
import { letCount, putTogether, sealable } from "./letCount.ts";
import { readEnvelopes } from "./readEnvelopes.ts";
import { takeApartFrom } from "./rebuild.ts";
import type { VaultMemory } from "./vaultMemory.ts";
import type { FallenView } from "./view.ts";
import { writePending } from "./writePending.ts";

const pageEnvelopeCount = 256;

/** The first envelope of each chain that was written under a record that fell: all behind it were, too. */
export const writtenUnder = async (
  memory: Pick<VaultMemory, "store" | "vault" | "chains">,
  records: ReadonlySet<RecordId>,
): Promise<ReadonlyMap<ChainId, number>> => {
  const fromSeqs = new Map<ChainId, number>();
  for (const { chain, head } of memory.chains.values())
    for (let endSeq = head.at + 1; endSeq > 1;) {
      const fromSeq = Math.max(1, endSeq - pageEnvelopeCount);
      const page = await readEnvelopes(memory, chain, fromSeq, endSeq);
      const first = page.find((envelope) => records.has(envelope.head.logHead));
      if (first === undefined) break;
      fromSeqs.set(chain, first.head.seq);
      if (first.head.seq > fromSeq) break;
      endSeq = fromSeq;
    }
  return fromSeqs;
};

/** What is still to be done of it, where it was stopped or has just been decided. */
export const fallenToLeave = async ({
  memory: { store, vault, view },
}: VaultContext): Promise<FallenView | undefined> =>
  view.fallen !== undefined && (await isToComeOver(store, vault)) ? view.fallen : undefined;

export const comeOver = async (context: VaultContext, fallen: FallenView): Promise<void> => {
  const { memory, uploads, watch } = context;
  // Our chain may have been seen further, under the branch that fell: nothing is sealed in it any more.
  memory.isDoubtful = true;
  await writePending(context);
  const fromSeqs = await writtenUnder(memory, fallen.records);
  const apart = await takeApartFrom(memory, fromSeqs, fallen.keys());
  if (!apart.ok) return context.tryLater();
  watch.fell(fromSeqs);
  memory.holds = new Map();
  if (!(await letCount(context, createDraft(memory), memory.chains.keys()))) return undefined;
  await putTogether(context, OpenReason.Cut, cameOverWrite(memory.vault));
  memory.isDoubtful = false;
  if (context.relayHas !== undefined) uploads.start(context.relayHas);
  return sealable(context);
};
