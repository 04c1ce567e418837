/** Edits of this device that no envelope holds yet: durable from the moment they are confirmed. */
import { assert, err, ok, type Result } from "@duro/crypto/types";
import {
  type ChainId,
  type DocId,
  limits,
  readUpdate,
  type UpdateShape,
  type VaultId,
} from "@duro/protocol";
import type { StoreReader, Write } from "../ports/localStore.ts";
import { numberOfOutboxKey, outboxBetween, outboxKey, outboxOf } from "../store/keys.ts";
import { mapRange } from "../store/readRange.ts";
import { decodeOutboxRow, encodeOutboxRow, type OutboxRow } from "../store/rows.ts";
import { mergeEdits } from "../updates/mergeUpdates.ts";
import { nestingDepthMax } from "../updates/nestingDepth.ts";
import { splitUpdate } from "../updates/splitUpdate.ts";
import { clientIdIn } from "./clientIdIn.ts";
import type { Draft } from "./draft.ts";
import type { VaultMemory } from "./vaultMemory.ts";

export interface Edit {
  readonly doc: DocId;
  readonly update: Uint8Array;
}

export interface PendingEdit extends Edit {
  /** Of the deepest type that it made; undefined: it was written anew, and nobody looked. */
  readonly depth?: number;
}

/** An edit that waits. There may be many, as long as there is no relay: its update stays in the store. */
export interface Waiting extends Omit<OutboxRow, "update"> {
  readonly number: number;
  readonly byteLength: number;
}

export interface WaitingEdit extends OutboxRow {
  readonly number: number;
}

export const waitingOf = ({ number, doc, author, isApplied, update }: WaitingEdit): Waiting => ({
  number,
  doc,
  author,
  isApplied,
  byteLength: update.length,
});

/**
 * An edit that could never be sealed: operations of another author, one value that is too large, or types
 * that others would collect.
 */
export interface EditRefused {
  readonly type: "EditRefused";
  readonly doc: DocId;
  readonly why: "too large" | "not of this device" | "too deep";
}

/** Half of what one envelope holds: the other half is for what stands around it. */
const updateByteLengthMax = limits.dataContentByteLengthMax / 2;

/**
 * Puts the edits into their documents, as one update for each document. What comes back is to be sealed
 * with them, or waits in the outbox.
 */
export const writeEdits = async (
  { own: { chain }, nextNumber, isApart }: VaultMemory,
  draft: Draft,
  edits: readonly PendingEdit[],
): Promise<Result<readonly WaitingEdit[], EditRefused>> => {
  const waiting: WaitingEdit[] = [];
  for (const [doc, ofDoc] of Map.groupBy(edits, (edit) => edit.doc)) {
    const ready = readyUpdates(chain, doc, ofDoc);
    if (!ready.ok) return ready;
    const depth = deepestOf(ofDoc);
    for (const { update, shape } of ready.value) {
      if (!isApart) await draft.addUpdate(doc, update, { ...shape, depth }, "here");
      const number = nextNumber + waiting.length;
      waiting.push({ number, doc, author: chain, update, isApplied: !isApart });
    }
  }
  return ok(waiting);
};

interface ReadyUpdate {
  readonly update: Uint8Array;
  readonly shape: UpdateShape;
}

/** As they can be sealed, by the rules that everybody goes by. */
export const readyUpdates = (
  chain: ChainId,
  doc: DocId,
  edits: readonly PendingEdit[],
): Result<readonly ReadyUpdate[], EditRefused> => {
  const refused = (why: EditRefused["why"]) => err({ type: "EditRefused", doc, why } as const);
  if ((deepestOf(edits) ?? 0) > nestingDepthMax) return refused("too deep");
  const split = splitUpdate(mergeEdits(edits.map(({ update }) => update)), updateByteLengthMax);
  if (!split.ok) return refused("too large");
  const ready: ReadyUpdate[] = [];
  for (const update of split.value) {
    const shape = readUpdate(update, clientIdIn(chain, doc));
    if (!shape.ok) return refused("not of this device");
    ready.push({ update, shape: shape.value });
  }
  return ok(ready);
};

const deepestOf = (edits: readonly PendingEdit[]): number | undefined => {
  let deepest = 0;
  for (const { depth } of edits) {
    if (depth === undefined) return undefined;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
};

export const outboxWrites = (vault: VaultId, edits: readonly WaitingEdit[]): readonly Write[] =>
  edits.map((row) => ({
    kind: "put",
    table: "outbox",
    key: outboxKey(vault, row.number),
    value: encodeOutboxRow(row),
  }));

interface OutboxPlace {
  readonly store: StoreReader;
  readonly vault: VaultId;
}

/** Oldest first. */
export const readOutbox = async ({ store, vault }: OutboxPlace): Promise<readonly Waiting[]> => {
  // Each row spells its ids anew; those that are the same are kept once.
  const spelled = new Map<string, string>();
  const once = <T extends string>(id: T): T => {
    const known = spelled.get(id);
    if (known === undefined) spelled.set(id, id);
    return (known ?? id) as T;
  };
  return mapRange(store, "outbox", outboxOf(vault), ({ key, value }) => {
    const row = decodeOutboxRow(value);
    const [doc, author] = [once(row.doc), once(row.author)];
    return waitingOf({ ...row, doc, author, number: numberOfOutboxKey(key) });
  });
};

/** Those that wait, with their updates. */
export const readEdits = async (
  { store, vault }: OutboxPlace,
  waiting: readonly Waiting[],
): Promise<readonly WaitingEdit[]> => {
  const [first, last] = [waiting[0], waiting.at(-1)];
  if (first === undefined || last === undefined) return [];
  const wanted = new Set(waiting.map(({ number }) => number));
  const range = outboxBetween(vault, first.number, last.number + 1);
  const edits = await mapRange(store, "outbox", range, ({ key, value }) => {
    const number = numberOfOutboxKey(key);
    return wanted.has(number) ? { number, ...decodeOutboxRow(value) } : undefined;
  });
  const found = edits.filter((edit) => edit !== undefined);
  assert(found.length === waiting.length, "what waits is in the store");
  return found;
};
