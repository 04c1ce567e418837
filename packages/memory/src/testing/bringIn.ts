/** An import in one go, where all documents are open. */
import type { DocName } from "../docs/names.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import type { Incoming, Skipped } from "../exchange/incoming.ts";
import type { EntryId } from "../ids.ts";
import { planImport } from "../exchange/planImport.ts";
import { batchesOf } from "../exchange/writeImport.ts";

interface ImportReport {
  readonly importedCount: number;
  /** Known by its origin: brought in before, or made here. Also what has been forgotten since. */
  readonly presentCount: number;
  readonly skipped: readonly Skipped[];
  readonly ids: readonly EntryId[];
  readonly docs: readonly DocName[];
}

export const bringIn = (memory: Memory, incoming: Incoming): Result<ImportReport, DocNotOpen> => {
  const plan = planImport(memory, incoming);
  if (!plan.ok) return plan;
  const docs = new Set<DocName>();
  for (const batch of batchesOf(plan.value)) {
    const written = batch.write(memory);
    if (!written.ok) return written;
    for (const name of written.value.docs) docs.add(name);
  }
  const { presentCount, skipped, entries } = plan.value;
  const ids = entries.map(({ id }) => id);
  return ok({ importedCount: ids.length, presentCount, skipped, ids, docs: [...docs] });
};
