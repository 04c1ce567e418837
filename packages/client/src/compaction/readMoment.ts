/** The state of all documents in one moment, and what exactly it covers. */
import { assert, err, ok, type Result } from "@duro/crypto/types";
import { decodeEnvelope, envelopeIdOf } from "@duro/crypto/verify";
import type { ChainMark, DocId, EnvelopeId, VaultId, Vector } from "@duro/protocol";
import { coverageOf, type StateAhead, type TooManyChains } from "../checkpoints/coverageOf.ts";
import type { DocState } from "../checkpoints/packCheckpoint.ts";
import type { StoreReader } from "../ports/localStore.ts";
import {
  chainOfKey,
  chainsOf,
  docOfKey,
  envelopeKey,
  formersOf,
  outboxOf,
  updatesOfVault,
} from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { type ChainRow, decodeChainRow } from "../store/rows.ts";
import { mergeUpdates } from "../updates/mergeUpdates.ts";
import { type Looked, standingOf } from "./placesHere.ts";

export interface StateMoment {
  readonly coverage: Vector;
  readonly docs: AsyncIterable<DocState>;
}

/** Documents hold edits that no envelope holds, or are just being put together. */
export interface StateUnsealed {
  readonly type: "StateUnsealed";
}

export const readMoment = async ({
  store,
  vault,
  view,
}: Omit<Looked, "chains">): Promise<
  Result<StateMoment, StateUnsealed | StateAhead | TooManyChains>
> => {
  const read = await store.view((reader) => readAll(reader, vault));
  if (read === undefined) return err({ type: "StateUnsealed" });
  const coverage = coverageOf(
    read.chains.map(({ row, counted }) => ({
      counted,
      voidAt: row.voidAt,
      standing: standingOf(view, row),
    })),
  );
  return coverage.ok ? ok({ coverage: coverage.value, docs: merged(read.updates) }) : coverage;
};

interface AllRead {
  readonly chains: readonly { readonly row: ChainRow; readonly counted: ChainMark }[];
  readonly updates: ReadonlyMap<DocId, readonly Uint8Array[]>;
}

const readAll = async (reader: StoreReader, vault: VaultId): Promise<AllRead | undefined> => {
  const unsealed = await reader.range("outbox", outboxOf(vault), 1);
  const formers = await reader.range("facts", formersOf(vault), 1);
  if (unsealed.length > 0 || formers.length > 0) return undefined;
  const chains: { row: ChainRow; counted: ChainMark }[] = [];
  for (const { key, value } of await readRange(reader, "chains", chainsOf(vault))) {
    const row = decodeChainRow(chainOfKey(key), value);
    const { chain, counted: seq } = row;
    if (seq > 0) chains.push({ row, counted: { chain, seq, id: await idOf(reader, vault, row) } });
  }
  const updates = new Map<DocId, Uint8Array[]>();
  for (const { key, value } of await readRange(reader, "updates", updatesOfVault(vault))) {
    const doc = docOfKey(key);
    const known = updates.get(doc);
    if (known === undefined) updates.set(doc, [value]);
    else known.push(value);
  }
  return { chains, updates };
};

const idOf = async (
  reader: StoreReader,
  vault: VaultId,
  { chain, counted, head }: ChainRow,
): Promise<EnvelopeId> => {
  if (counted === head.at) return head.id;
  const bytes = await reader.get("envelopes", envelopeKey(vault, chain, counted));
  const envelope = bytes === undefined ? undefined : decodeEnvelope(bytes);
  assert(envelope?.ok === true, "what counts of a chain is in the store");
  return envelopeIdOf(envelope.value.head);
};

/** One after the other: the moment is over, and memory holds what was read of it. */
async function* merged(
  updates: ReadonlyMap<DocId, readonly Uint8Array[]>,
): AsyncGenerator<DocState> {
  for (const [doc, all] of updates) yield { doc, state: mergeUpdates(all) };
}
