/** What came of a want for bodies: those that are here, those that are not, and what is looked for next. */
import type { PlacedEnvelope } from "../ports/chainStore.ts";

export interface SortedBodies {
  readonly whole: readonly PlacedEnvelope[];
  readonly missing: readonly number[];
  readonly unread: readonly number[];
}

/**
 * The store leaves out bodies beyond a number of bytes. Whatever might be one of those is asked for
 * again, and is then the first, which is read however long it is.
 */
export const sortBodies = (
  found: readonly PlacedEnvelope[],
  seqs: readonly number[],
  byteLengthMax: number,
): SortedBodies => {
  let byteLength = 0;
  const foundBySeq = new Map(found.map((envelope) => [envelope.seq, envelope]));
  const whole: PlacedEnvelope[] = [];
  const missing: number[] = [];
  for (const [at, seq] of seqs.entries()) {
    const envelope = foundBySeq.get(seq);
    byteLength += envelope?.bodyByteLength ?? 0;
    if (envelope?.body !== undefined) whole.push(envelope);
    else if (envelope === undefined || byteLength <= byteLengthMax || at === 0) missing.push(seq);
    else return { whole, missing, unread: seqs.slice(at) };
  }
  return { whole, missing, unread: [] };
};
