/** What updates delete, by clientID, in rising ranges that do not touch. */
import * as Y from "yjs";

/** From `from` up to the clock before `end`. */
export interface ClockSpan {
  readonly from: number;
  readonly end: number;
}

export type DecodedUpdate = ReturnType<typeof Y.decodeUpdate>;

export type Deletions = ReadonlyMap<number, readonly ClockSpan[]>;

export const deletionsOf = (updates: readonly Uint8Array[]): Deletions =>
  deletionsIn(updates.map((update) => Y.decodeUpdate(update)));

export const deletionsIn = (updates: readonly Pick<DecodedUpdate, "ds">[]): Deletions => {
  const spans = new Map<number, ClockSpan[]>();
  for (const { ds } of updates)
    for (const [clientId, ranges] of ds.clients) {
      const ofClient = spans.get(clientId) ?? [];
      for (const { clock, len } of ranges) ofClient.push({ from: clock, end: clock + len });
      spans.set(clientId, ofClient);
    }
  return new Map([...spans].map(([clientId, ofClient]) => [clientId, joinSpans(ofClient)]));
};

export const joinSpans = (spans: readonly ClockSpan[]): readonly ClockSpan[] => {
  const joined: ClockSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || last.end < span.from) joined.push(span);
    else joined[joined.length - 1] = { from: last.from, end: Math.max(last.end, span.end) };
  }
  return joined;
};

/** Those that reach into these clocks, found without going through all. */
export const spansWithin = (
  deletions: Deletions,
  clientId: number,
  { from, end }: ClockSpan,
): readonly ClockSpan[] => {
  const spans = deletions.get(clientId) ?? [];
  let first = 0;
  for (let last = spans.length; first < last;) {
    const middle = Math.floor((first + last) / 2);
    if ((spans[middle]?.end ?? 0) <= from) first = middle + 1;
    else last = middle;
  }
  const within: ClockSpan[] = [];
  for (let span = spans[first]; span !== undefined && span.from < end; span = spans[(first += 1)])
    within.push(span);
  return within;
};

export const isDeletedBy = (deletions: Deletions, { client, clock }: Y.ID): boolean =>
  spansWithin(deletions, client, { from: clock, end: clock + 1 }).length > 0;
