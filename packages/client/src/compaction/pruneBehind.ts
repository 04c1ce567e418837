/**
 * Drops here what the relay may drop: bodies behind a checkpoint that counts, and texts that were deleted,
 * out of documents and tables. The checkpoint becomes the base; it may end anywhere and goes on later.
 */
import { EnvelopeKind } from "@duro/crypto/types";
import { encodeEnvelope } from "@duro/crypto/verify";
import type { BlobRef } from "@duro/crypto/types";
import type { ChainId, DocId, Vector } from "@duro/protocol";
import * as Y from "yjs";
import { loadFresh } from "../checkpoints/freshDoc.ts";
import type { Write } from "../ports/localStore.ts";
import { docOfKey, documentsOf, envelopeKey } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import type { DocumentRow } from "../store/rows.ts";
import { mergeUpdates } from "../updates/mergeUpdates.ts";
import { createDraft } from "../vault/draft.ts";
import { loadCounted } from "../vault/loadUpdates.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { baseWrite, type CheckpointBase, readBase } from "./checkpointBase.ts";
import { readMarks, unmark } from "./checkpointMarks.ts";
import { keepOnShelf } from "./checkpointShelf.ts";
import type { Compacting } from "./compacting.ts";
import { placeOfMarks } from "./placesHere.ts";
import { shapeOfState, stateDocument } from "./stateDocument.ts";
import type { FoundCheckpoint } from "./survey.ts";

/** Documents, as rows, that are one state without deleted text: whatever is added, or counted anew, makes another row. */
export type Rewritten = WeakSet<DocumentRow>;

/** Whether it may become the base: everything that it covers counts here, and it covers what is gone. */
export const mayBecomeBase = (
  { chains }: VaultMemory,
  { body, judgement, isCounted }: FoundCheckpoint,
  base: CheckpointBase | undefined,
): boolean => {
  const { coverage } = body.clear;
  const seqs = new Map(coverage.map(({ chain, seq }) => [chain, seq]));
  return (
    judgement === "counts" &&
    isCounted &&
    coverage.every(({ chain, seq }) => (chains.get(chain)?.counted ?? 0) >= seq) &&
    [...(base?.seqs ?? [])].every(([chain, seq]) => (seqs.get(chain) ?? 0) >= seq)
  );
};

/**
 * Its blobs are on the shelf. `kept`: what else on the shelf is of use. `beside` goes with what makes it the
 * base. False: it goes on later.
 */
export const pruneBehind = async (
  at: Compacting,
  { at: mark, body }: Pick<FoundCheckpoint, "at" | "body">,
  kept: readonly BlobRef[],
  beside: readonly Write[],
  rewritten: Rewritten,
): Promise<boolean> => {
  const { memory } = at;
  const { vault, store } = memory;
  const { coverage } = body.clear;
  const before = await readBase(memory);
  const from = before?.isPruned === true ? before.seqs : new Map<ChainId, number>();
  const isBegun = await at.job(async () => {
    if (!at.isReady() || (await placeOfMarks(memory, [mark, ...coverage])) !== "counts")
      return false;
    return (await store.commit([baseWrite(vault, { at: mark, isPruned: false }), ...beside])).ok;
  });
  if (!isBegun || !(await dropBodies(at, coverage, from))) return false;
  if (!(await rewriteDocuments(at, rewritten))) return false;
  if (!(await keepOnShelf(store, vault, [...body.plaintext.blobs, ...kept])).ok) return false;
  const done = await store.commit([baseWrite(vault, { at: mark, isPruned: true })]);
  await store.scrub();
  return done.ok;
};

const pageEnvelopeCount = 256;

const dropBodies = async (
  at: Compacting,
  coverage: Vector,
  from: ReadonlyMap<ChainId, number>,
): Promise<boolean> => {
  const { memory } = at;
  const covered = new Map(coverage.map(({ chain, seq }) => [chain, seq]));
  for (const { chain, seq } of coverage)
    for (let next = (from.get(chain) ?? 0) + 1; next <= seq; next += pageEnvelopeCount) {
      const end = Math.min(seq + 1, next + pageEnvelopeCount);
      if (!(await at.job(() => dropPage(memory, chain, next, end)))) return false;
    }
  const marks = (await readMarks(memory)).filter(
    ({ chain, seq }) => seq <= (covered.get(chain) ?? 0),
  );
  const writes = marks.map((mark) => unmark(memory.vault, mark));
  return writes.length === 0 || (await memory.store.commit(writes)).ok;
};

const dropPage = async (
  memory: VaultMemory,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
): Promise<boolean> => {
  const page = await readEnvelopes(memory, chain, fromSeq, endSeq);
  const writes = page
    // Whose chain it is stands in the first.
    .filter(({ head, body }) => body !== undefined && head.kind !== EnvelopeKind.Open)
    .map((envelope): Write => ({
      kind: "put",
      table: "envelopes",
      key: envelopeKey(memory.vault, chain, envelope.head.seq),
      value: encodeEnvelope({ ...envelope, body: undefined }),
    }));
  return writes.length === 0 || (await memory.store.commit(writes)).ok;
};

/** One by one, so that no job of the vault waits for all of them. */
const rewriteDocuments = async (at: Compacting, rewritten: Rewritten): Promise<boolean> => {
  const { store, vault } = at.memory;
  for (const { key } of await readRange(store, "documents", documentsOf(vault))) {
    const doc = docOfKey(key);
    if (!(await at.job(() => rewrite(at.memory, doc, rewritten)))) return false;
    await at.breathe();
  }
  return true;
};

const rewrite = async (memory: VaultMemory, doc: DocId, rewritten: Rewritten): Promise<boolean> => {
  // Counted anew, it is written as a fresh state by and by.
  if (memory.isApart) return false;
  const draft = createDraft(memory);
  const before = await draft.document(doc);
  if (rewritten.has(before)) return true;
  const fresh = loadFresh(mergeUpdates(await loadCounted(memory, doc)));
  if (!fresh.ok) return false;
  const state = Y.encodeStateAsUpdate(fresh.value);
  const shape = shapeOfState(state);
  if (shape === undefined) return false;
  const { row, writes } = stateDocument(memory.vault, { doc, state, shape }, before);
  draft.setDocument(doc, row);
  draft.write(...writes);
  if (!(await draft.commit()).ok) return false;
  rewritten.add(row);
  return true;
};
