/** Brings foreign entries in, any number of times, without a second copy: all of it at once. */
import type { DocName } from "../docs/names.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import { ok, type Result } from "../result.ts";
import type { ImportReport, Incoming } from "./incoming.ts";
import { planImport } from "./planImport.ts";
import { batchesOf } from "./writeImport.ts";

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
