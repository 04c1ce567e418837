/** The documents as they were at a coverage: from the envelopes that are here, and the base before them. */
import { EnvelopeKind } from "@duro/crypto/types";
import {
  type ChainId,
  decodeDataContent,
  type DocId,
  limits,
  readUpdate,
  type Vector,
} from "@duro/protocol";
import { inflate } from "../bytes/inflate.ts";
import type { DocState } from "../checkpoints/packCheckpoint.ts";
import { mergeUpdates } from "../updates/mergeUpdates.ts";
import { boundState } from "../updates/nestingDepth.ts";
import { newPart } from "../updates/newPart.ts";
import { baseStates, type CheckpointBase } from "./checkpointBase.ts";
import type { Looked } from "./placesHere.ts";
import { bodyOf, readVerified } from "./readVerified.ts";
import { clientIdIn } from "../vault/clientIdIn.ts";

interface Known {
  readonly updates: Uint8Array[];
  /** By clientID, how far it is. */
  readonly clocks: Map<number, number>;
}

type KnownDocs = Map<DocId, Known>;

/** Undefined: something of it is not here. */
export const statesAt = async (
  memory: Looked,
  coverage: Vector,
  base: CheckpointBase | undefined,
  breathe: () => Promise<void>,
): Promise<AsyncIterable<DocState> | undefined> => {
  const docs: KnownDocs = new Map();
  const states = base === undefined ? [] : await baseStates(memory, base);
  if (states === undefined) return undefined;
  for (const { doc, state, shape } of states)
    docs.set(doc, { updates: [state], clocks: new Map(shape.clocks) });
  for (const { chain, seq } of coverage)
    for (let from = (base?.seqs.get(chain) ?? 0) + 1; from <= seq;) {
      const readCount = await readPage(memory, chain, from, seq + 1, docs);
      if (readCount === 0) return undefined;
      from += readCount;
      await breathe();
    }
  return merged(docs, breathe);
};

/** How many envelopes it was; 0: what they say is not here. */
const readPage = async (
  memory: Looked,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
  docs: KnownDocs,
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
      const known = docs.get(doc) ?? { updates: [], clocks: new Map() };
      docs.set(doc, known);
      if (!addTo(known, update, clientIdIn(chain, doc))) return 0;
    }
  }
  return page.length;
};

/** As when it counted. */
const addTo = ({ updates, clocks }: Known, update: Uint8Array, clientId: number): boolean => {
  const shape = readUpdate(update, clientId);
  if (!shape.ok) return false;
  const { brings } = shape.value;
  const before = clocks.get(clientId) ?? 0;
  updates.push(newPart(update, brings, before));
  if (brings !== undefined) clocks.set(clientId, Math.max(before, brings.end));
  return true;
};

async function* merged(docs: KnownDocs, breathe: () => Promise<void>): AsyncGenerator<DocState> {
  for (const [doc, { updates: all }] of docs) {
    await breathe();
    yield { doc, state: await boundState(mergeUpdates(all), breathe) };
  }
}
