/** What rewritten edits delete: of what they deleted, that which counts and so is there. */
import type * as Y from "yjs";
import type { StateVector } from "@duro/protocol";
import { type ClockSpan, type Deletions, joinSpans } from "./deletions.ts";

export const countedDeletions = (
  { counted, deletions }: { readonly counted: StateVector; readonly deletions: Deletions },
  overwritten: readonly Y.ID[],
): Deletions => {
  const kept = new Map<number, readonly ClockSpan[]>();
  const add = (clientId: number, spans: readonly ClockSpan[]): void => {
    const end = counted.get(clientId) ?? 0;
    const there = spans
      .filter(({ from }) => from < end)
      .map((span) => ({ from: span.from, end: Math.min(span.end, end) }));
    const all = [...(kept.get(clientId) ?? []), ...there];
    if (all.length > 0) kept.set(clientId, all);
  };
  for (const [clientId, spans] of deletions) add(clientId, spans);
  for (const { client, clock } of overwritten) add(client, [{ from: clock, end: clock + 1 }]);
  return new Map([...kept].map(([clientId, spans]) => [clientId, joinSpans(spans)]));
};
