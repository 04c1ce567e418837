/**
 * The checkpoint that stands in place of bodies which are not here: it was loaded, or this device has
 * dropped them behind it. Its blobs stay on the shelf, so that what counts can be counted anew from it.
 */
import { decode, encode, envelopeIds, chainIds } from "@duro/crypto/types";
import type { ChainId, ChainMark, VaultId } from "@duro/protocol";
import { readCheckpoint } from "../checkpoints/readCheckpoint.ts";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import { createCheckpointShelf, openFromShelf } from "./checkpointShelf.ts";
import { type Looked, placeOfMarks } from "./placesHere.ts";
import { bodyOf, readVerified } from "./readVerified.ts";
import { shapeOfState, type WholeState } from "./stateDocument.ts";
import type { CheckpointSaid } from "./survey.ts";

interface BaseRow {
  readonly at: ChainMark;
  /** Bodies behind it and texts that were deleted are in no table any more. */
  readonly isPruned: boolean;
}

export interface CheckpointBase extends BaseRow {
  readonly body: CheckpointSaid;
  /** What it covers of each chain. */
  readonly seqs: ReadonlyMap<ChainId, number>;
}

const keyOf = (vault: VaultId): Uint8Array => factKey("checkpointBase", vault);
const rowByteLengthMax = 64;

export const baseWrite = (vault: VaultId, { at, isPruned }: BaseRow): Write => ({
  kind: "put",
  table: "facts",
  key: keyOf(vault),
  value: encode((to) => {
    chainIds.write(to, at.chain);
    to.varUint(at.seq);
    envelopeIds.write(to, at.id);
    to.bool(isPruned);
  }),
});

const readRow = async (store: LocalStore, vault: VaultId): Promise<BaseRow | undefined> => {
  const bytes = await store.get("facts", keyOf(vault));
  if (bytes === undefined) return undefined;
  const row = decode({ what: "base", byteLengthMax: rowByteLengthMax }, bytes, (from) => ({
    at: { chain: chainIds.read(from), seq: from.varUint(), id: envelopeIds.read(from) },
    isPruned: from.bool(),
  }));
  return row.ok ? row.value : undefined;
};

/** Undefined: there is none, or it covers what does not count any more. */
export const readBase = async (memory: Looked): Promise<CheckpointBase | undefined> => {
  const { store, vault, view } = memory;
  const row = await readRow(store, vault);
  if (row === undefined) return undefined;
  const [envelope] = await readVerified(memory, row.at.chain, row.at.seq, row.at.seq + 1);
  const body = envelope === undefined ? undefined : bodyOf(view, envelope);
  if (envelope?.id !== row.at.id || body?.type !== "Checkpoint") return undefined;
  const { coverage } = body.clear;
  if ((await placeOfMarks(memory, [row.at, ...coverage])) !== "counts") return undefined;
  return { ...row, body, seqs: new Map(coverage.map(({ chain, seq }) => [chain, seq])) };
};

/** Everything that it holds. Undefined: the shelf does not have all of it. */
export const baseStates = async (
  { store, vault, view }: Looked,
  { body }: Pick<CheckpointBase, "body">,
): Promise<readonly WholeState[] | undefined> => {
  const shelf = createCheckpointShelf(store, vault);
  const reader = readCheckpoint(body.plaintext, openFromShelf(shelf, view.keys));
  const states: WholeState[] = [];
  for (const doc of reader.inPlace) {
    const state = await reader.state(doc);
    const shape = state.ok ? shapeOfState(state.value) : undefined;
    if (!state.ok || shape === undefined) return undefined;
    states.push({ doc, state: state.value, shape });
  }
  return states;
};
