/** The documents as they were at a coverage: from the envelopes that are here, and the base before them. */
import { EnvelopeKind } from "@duro/crypto/types";
import { type ChainId, type DocId, decodeDataContent, limits, type Vector } from "@duro/protocol";
import { inflate } from "../bytes/inflate.ts";
import type { DocState } from "../checkpoints/packCheckpoint.ts";
import { mergeUpdates } from "../updates/mergeUpdates.ts";
import { baseStates, type CheckpointBase } from "./checkpointBase.ts";
import type { Looked } from "./placesHere.ts";
import { bodyOf, readVerified } from "./readVerified.ts";

type Updates = Map<DocId, Uint8Array[]>;

/** Undefined: something of it is not here. */
export const statesAt = async (
  memory: Looked,
  coverage: Vector,
  base: CheckpointBase | undefined,
  breathe: () => Promise<void>,
): Promise<AsyncIterable<DocState> | undefined> => {
  const updates: Updates = new Map();
  const states = base === undefined ? [] : await baseStates(memory, base);
  if (states === undefined) return undefined;
  for (const { doc, state } of states) updates.set(doc, [state]);
  for (const { chain, seq } of coverage)
    for (let from = (base?.seqs.get(chain) ?? 0) + 1; from <= seq;) {
      const readCount = await readPage(memory, chain, from, seq + 1, updates);
      if (readCount === 0) return undefined;
      from += readCount;
      await breathe();
    }
  return merged(updates, breathe);
};

/** How many envelopes it was; 0: what they say is not here. */
const readPage = async (
  memory: Looked,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
  updates: Updates,
): Promise<number> => {
  const page = await readVerified(memory, chain, fromSeq, endSeq);
  for (const envelope of page) {
    const body = bodyOf(memory.view, envelope);
    // What says nothing of documents may be gone.
    if (body?.type !== "Data") {
      if (envelope.head.kind !== EnvelopeKind.Data) continue;
      return 0;
    }
    const { isDeflated, content } = body.plaintext;
    const inflated = isDeflated ? await inflate(content, limits.dataContentByteLengthMax) : content;
    const data = inflated === undefined ? undefined : decodeDataContent(inflated);
    if (data?.ok !== true) return 0;
    for (const { doc, update } of data.value.updates) {
      const known = updates.get(doc);
      if (known === undefined) updates.set(doc, [update]);
      else known.push(update);
    }
  }
  return page.length;
};

async function* merged(updates: Updates, breathe: () => Promise<void>): AsyncGenerator<DocState> {
  for (const [doc, all] of updates) {
    await breathe();
    yield { doc, state: mergeUpdates(all) };
  }
}
