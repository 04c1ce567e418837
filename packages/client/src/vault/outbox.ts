/** Edits of this device that no envelope holds yet: durable from the moment they are confirmed. */
import { clientIdOf } from "@duro/crypto";
import { err, ok, type Result } from "@duro/crypto/types";
import { type DocId, docIds, limits, readUpdate, type VaultId } from "@duro/protocol";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { numberOfOutboxKey, outboxKey, outboxOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { decodeOutboxRow, encodeOutboxRow, type OutboxRow } from "../store/rows.ts";
import { mergeUpdates } from "../updates/mergeUpdates.ts";
import { splitUpdate } from "../updates/splitUpdate.ts";
import type { Draft, VaultRows } from "./draft.ts";
import type { VaultMemory } from "./vaultMemory.ts";

export interface Edit {
  readonly doc: DocId;
  readonly update: Uint8Array;
}

export interface Waiting extends OutboxRow {
  readonly number: number;
}

/** An edit that could never be sealed: operations of another author, or one value that is too large. */
export interface EditRefused {
  readonly type: "EditRefused";
  readonly doc: DocId;
  readonly why: "too large" | "not of this device";
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
  edits: readonly Edit[],
): Promise<Result<readonly Waiting[], EditRefused>> => {
  const updatesByDoc = new Map<DocId, Uint8Array[]>();
  for (const { doc, update } of edits) {
    const updates = updatesByDoc.get(doc) ?? [];
    updates.push(update);
    updatesByDoc.set(doc, updates);
  }
  const waiting: Waiting[] = [];
  for (const [doc, updates] of updatesByDoc) {
    const split = splitUpdate(mergeUpdates(updates), updateByteLengthMax);
    if (!split.ok) return err({ type: "EditRefused", doc, why: "too large" });
    for (const update of split.value) {
      const shape = readUpdate(update, clientIdOf(chain, docIds.toBytes(doc)));
      if (!shape.ok) return err({ type: "EditRefused", doc, why: "not of this device" });
      if (!isApart) await draft.addUpdate(doc, update, shape.value, "here");
      const number = nextNumber + waiting.length;
      waiting.push({ number, doc, author: chain, update, isApplied: !isApart });
    }
  }
  return ok(waiting);
};

export const outboxWrites = (vault: VaultId, waiting: readonly Waiting[]): readonly Write[] =>
  waiting.map((row) => ({
    kind: "put",
    table: "outbox",
    key: outboxKey(vault, row.number),
    value: encodeOutboxRow(row),
  }));

export const readOutbox = async ({
  store,
  vault,
}: {
  readonly store: LocalStore;
  readonly vault: VaultRows["vault"];
}): Promise<readonly Waiting[]> => {
  const rows = await readRange(store, "outbox", outboxOf(vault));
  return rows.map(({ key, value }) => waitingOf(numberOfOutboxKey(key), decodeOutboxRow(value)));
};

const waitingOf = (number: number, row: OutboxRow): Waiting => ({ number, ...row });
