/**
 * Takes everything that counted apart and lets it count anew: after a cut, or where this device's own
 * chain went on elsewhere. Our edits that no longer count are written again under a new chain.
 *
 * It can be stopped anywhere: the documents as they were are kept until our edits are in the new ones.
 */
import type { VaultKey } from "@duro/crypto";
import { assert, incarnations, ok, type Result } from "@duro/crypto/types";
import { chainIdOf, envelopeIdOf } from "@duro/crypto/verify";
import {
  type ChainId,
  type ChainMark,
  type DocId,
  missingIn,
  OpenReason,
  readUpdate,
  type StateVector,
} from "@duro/protocol";
import { applyUpdate, Doc } from "yjs";
import { applyElsewhere, type LiveDocs } from "../docs/liveDocs.ts";
import { countFromBase } from "../compaction/countFromBase.ts";
import type { CommitError, Write } from "../ports/localStore.ts";
import {
  docOfFormerKey,
  docOfKey,
  documentsOf,
  formerKey,
  formersOf,
  outboxKey,
  outboxOf,
  updatesOf,
  updatesOfVault,
} from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";
import { deletionsOf } from "../updates/deletions.ts";
import { mergeUpdates } from "../updates/mergeUpdates.ts";
import { rewriteUpdates } from "../updates/rewriteUpdates.ts";
import { clientIdIn } from "./clientIdIn.ts";
import { createDraft, type Draft } from "./draft.ts";
import { type Edit, outboxWrites, readEdits, type WaitingEdit, waitingOf } from "./outbox.ts";
import { newOwnChain, ownChainWrite } from "./ownChain.ts";
import { ownEditsFrom } from "./ownEdits.ts";
import { readEnvelopes } from "./readEnvelopes.ts";
import type { OwnChain } from "./seal.ts";
import type { VaultMemory, VaultOwner } from "./vaultMemory.ts";
import { limitOf, openingOf } from "./view.ts";

/** Whether something counted that does not count any more. */
export const isOvercounted = ({ chains, view }: VaultMemory): boolean =>
  [...chains.values()].some((row) => {
    const limit = limitOf(view, row);
    return limit.kind === "end" && row.counted > limit.seq;
  });

/** Nothing more of our chain can count, and a new one of this device would. */
export const isOwnEnded = ({ chains, view, own }: VaultMemory): boolean => {
  const row = chains.get(own.chain);
  if (row === undefined) return false;
  const isEnded = row.voidAt > 0 || limitOf(view, row).kind === "end";
  return isEnded && limitOf(view, openingOf(view, anotherLife(own))).kind === "open";
};

/** One that no record speaks of: real incarnations are random. */
const anotherLife = (own: OwnChain): OwnChain => {
  const incarnation = incarnations.fromBytes(new Uint8Array(incarnations.byteLength));
  return { ...own, incarnation, chain: chainIdOf(own.device.signKey, incarnation) };
};

/**
 * Keeps the documents as they are, and takes away all that was derived. From `ownFromSeq` on our chain
 * went another way elsewhere: our own envelopes from there on are edits again.
 */
export const takeApart = async (
  memory: VaultMemory,
  ownFromSeq: number | undefined,
): Promise<Result<void, CommitError>> => {
  const { own, view } = memory;
  return takeApartFrom(
    memory,
    ownFromSeq === undefined ? new Map() : new Map([[own.chain, ownFromSeq]]),
    view.keys,
  );
};

/** The same of any chain. `keys` open what is an edit again. */
export const takeApartFrom = async (
  memory: VaultMemory,
  fromSeqs: ReadonlyMap<ChainId, number>,
  keys: ReadonlyMap<number, VaultKey>,
): Promise<Result<void, CommitError>> => {
  const { vault, own } = memory;
  const ownFromSeq = fromSeqs.get(own.chain);
  if (!memory.isApart) {
    const kept = await keepFormers(memory);
    if (!kept.ok) return kept;
  }
  const draft = createDraft(memory);
  const again = ownFromSeq === undefined ? [] : await ownEditsFrom(memory, ownFromSeq, keys);
  const former = again.map(({ doc, update }) => ({ doc, update, author: own.chain }));
  const edits = [...former, ...(await readEdits(memory, memory.waiting))];
  const waiting = edits.map(({ doc, update, author }, at): WaitingEdit => ({
    number: memory.nextNumber + at,
    doc,
    author,
    update,
    isApplied: false,
  }));
  const base = await countFromBase(memory, draft, fromSeqs);
  for (const [chain, fromSeq] of fromSeqs) await shortenChain(memory, draft, chain, fromSeq);
  draft.write(
    { kind: "deleteRange", table: "documents", ...documentsOf(vault) },
    { kind: "deleteRange", table: "updates", ...updatesOfVault(vault) },
    ...base,
    { kind: "deleteRange", table: "outbox", ...outboxOf(vault) },
    ...outboxWrites(vault, waiting),
    // Says that it is apart, also where no document was kept.
    { kind: "put", table: "facts", key: formerKey(vault, undefined), value: new Uint8Array() },
  );
  const committed = await draft.commit();
  if (!committed.ok) return committed;
  memory.isApart = true;
  memory.documents.clear();
  memory.waiting = waiting.map(waitingOf);
  memory.nextNumber += waiting.length;
  memory.told.clear();
  return committed;
};

/** One by one: what is kept and not used does no harm. */
const keepFormers = async ({ store, vault }: VaultMemory): Promise<Result<void, CommitError>> => {
  for (const { key } of await readRange(store, "documents", documentsOf(vault))) {
    const doc = docOfKey(key);
    const updates = await readRange(store, "updates", updatesOf(vault, doc));
    const value = mergeUpdates(updates.map((entry) => entry.value));
    const kept = await store.commit([
      { kind: "put", table: "facts", key: formerKey(vault, doc), value },
    ]);
    if (!kept.ok) return kept;
  }
  return ok(undefined);
};

const shortenChain = async (
  memory: VaultMemory,
  draft: Draft,
  chain: ChainId,
  fromSeq: number,
): Promise<void> => {
  const row = draft.chain(chain);
  if (row === undefined || row.head.at < fromSeq) return;
  const [next] = await readEnvelopes(memory, chain, fromSeq, fromSeq + 1);
  assert(next !== undefined, "what a chain's row names is in the store");
  const receipted = Math.min(row.receipted, fromSeq - 1);
  draft.setChain({ ...row, head: { at: fromSeq - 1, id: next.head.previous }, receipted });
  draft.dropEnvelopes(chain, fromSeq);
};

/**
 * Nothing else can come that decides how far our own chain and what it refers to count. What others wrote
 * may be gone for good, and holds us up no longer than others would be in getting it.
 */
export const canSettle = ({ holds, own, areBodiesGone }: VaultMemory): boolean =>
  [...holds].every(
    ([chain, { why }]) =>
      why === "what it refers to" || (why === "a body" && areBodiesGone && chain !== own.chain),
  );

/**
 * Brings our edits back into the documents, once everything that counts is there: as they are, where
 * our chain counts and all that they refer to is there; else written anew under a new chain. Documents
 * that are open are replaced in the very turn in which the edits made meanwhile are taken along. What
 * it leaves in `pending` and `beside` is to be committed next.
 */
export const settle = async (
  memory: VaultMemory,
  { randomBytes, user, device }: VaultOwner,
  docs: LiveDocs,
  reason: OpenReason,
  isParted = reason !== OpenReason.Cut,
): Promise<void> => {
  const { store, vault, own } = memory;
  const row = memory.chains.get(own.chain);
  // Where it went on elsewhere, what does not count yet of our former chain is not of our making.
  const isWhole = isParted || row === undefined || row.counted === row.head.at;
  const lost = isWhole ? [] : await ownEditsFrom(memory, row.counted + 1);
  const formers = new Map<DocId, Uint8Array>();
  for (const { key, value } of await readRange(store, "facts", formersOf(vault))) {
    const doc = docOfFormerKey(vault, key);
    if (doc !== undefined) formers.set(doc, value);
  }
  const predecessor = await ownMark(memory);
  const clocks = await clocksOf(memory, [
    ...formers.keys(),
    ...memory.waiting.map(({ doc }) => doc),
  ]);
  const waiting = await readEdits(memory, memory.waiting);
  const anew = await docs.loadAnew();
  // From here on nothing waits: what was edited until now is taken along, and nothing comes after it.
  const edits = [...lost, ...waiting, ...memory.pending];
  const isOpen = row === undefined || limitOf(memory.view, row).kind === "open";
  const goesOn = isWhole && isOpen && !isParted && canGoOn(memory, clocks, edits);
  const next = goesOn ? own : newOwnChain({ user, device }, randomBytes, reason, predecessor);
  const pending: Edit[] = [];
  // Of ours that was dropped behind a checkpoint which is void now, the documents as they were know alone.
  const edited = new Set([...edits.map(({ doc }) => doc), ...(goesOn ? [] : formers.keys())]);
  for (const doc of edited) {
    const updates = edits.filter((edit) => edit.doc === doc).map(({ update }) => update);
    const update = goesOn
      ? mergeUpdates(updates)
      : rewriteUpdates({
          doc: docOf([formers.get(doc), ...updates]),
          counted: clocks.get(doc) ?? new Map(),
          oldClientId: clientIdIn(own.chain, doc),
          newClientId: clientIdIn(next.chain, doc),
          deletions: deletionsOf(updates),
        });
    if (update !== undefined) pending.push({ doc, update });
  }
  memory.beside = [
    ownChainWrite(vault, next),
    { kind: "deleteRange", table: "facts", ...formersOf(vault) },
    ...memory.waiting.map(({ number }): Write => ({
      kind: "delete",
      table: "outbox",
      key: outboxKey(vault, number),
    })),
  ];
  memory.own = next;
  memory.isApart = false;
  memory.waiting = [];
  memory.pending = pending;
  for (const { doc, update } of pending) {
    const ydoc = anew.get(doc);
    if (ydoc !== undefined) applyElsewhere(ydoc, [update]);
  }
  docs.replace(anew);
};

/** Everything that our edits refer to is there, so they stand as they are. */
const canGoOn = (
  { own }: VaultMemory,
  clocks: ReadonlyMap<DocId, StateVector>,
  edits: readonly Edit[],
): boolean => {
  const reached = new Map([...clocks].map(([doc, state]) => [doc, new Map(state)]));
  return edits.every(({ doc, update }) => {
    const shape = readUpdate(update, clientIdIn(own.chain, doc));
    const state = reached.get(doc) ?? new Map<number, number>();
    if (!shape.ok || missingIn(shape.value, state).size > 0) return false;
    const { brings } = shape.value;
    if (brings !== undefined) state.set(brings.clientId, brings.end);
    reached.set(doc, state);
    return true;
  });
};

/** Our chain as far as it counts. */
export const ownMark = async (memory: VaultMemory): Promise<ChainMark | undefined> => {
  const row = memory.chains.get(memory.own.chain);
  if (row === undefined || row.counted === 0) return undefined;
  const { chain, counted } = row;
  const [envelope] = await readEnvelopes(memory, chain, counted, counted + 1);
  assert(envelope !== undefined, "what counts of our chain is in the store");
  return { chain, seq: counted, id: envelopeIdOf(envelope.head) };
};

const clocksOf = async (
  memory: VaultMemory,
  docs: Iterable<DocId>,
): Promise<ReadonlyMap<DocId, StateVector>> => {
  const draft = createDraft(memory);
  const clocks = new Map<DocId, StateVector>();
  for (const doc of new Set(docs)) clocks.set(doc, (await draft.document(doc)).clocks);
  return clocks;
};

const docOf = (updates: readonly (Uint8Array | undefined)[]): Doc => {
  // What others deleted of ours comes back where their deletion does not count.
  const ydoc = new Doc({ gc: false });
  for (const update of updates) if (update !== undefined) applyUpdate(ydoc, update);
  return ydoc;
};
