/**
 * What one job changes: rows as they will be, and the writes that make them so. Committed at once, and
 * known to others only then; a job that fails leaves no trace.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  encodeEnvelope,
  type Envelope,
  type VerifiedEnvelope,
  type VerifiedRun,
} from "@duro/crypto/verify";
import type { Body, ChainId, DocId, Seen, UpdateShape, VaultId } from "@duro/protocol";
import { marksOf } from "../compaction/checkpointMarks.ts";
import type { CommitError, CommitOptions, LocalStore, Write } from "../ports/localStore.ts";
import { chainKey, documentKey, envelopeKey, envelopesBetween, updateKey } from "../store/keys.ts";
import {
  type ChainRow,
  decodeDocumentRow,
  type DocumentRow,
  emptyDocument,
  encodeChainRow,
  encodeDocumentRow,
} from "../store/rows.ts";

/** What a vault knows of its store without asking it. */
export interface VaultRows {
  readonly vault: VaultId;
  readonly store: LocalStore;
  readonly chains: Map<ChainId, ChainRow>;
  /** Those that were asked for; a row that is not here is in the store, or nowhere. */
  readonly documents: Map<DocId, DocumentRow>;
}

/** A body that counts and is no edit, and where it stands. */
export interface Said {
  readonly row: ChainRow;
  readonly envelope: VerifiedEnvelope;
  readonly body: Body;
}

/** What the author of an edit says to have seen of other chains. */
interface SeenBy {
  readonly row: ChainRow;
  readonly seen: readonly Seen[];
}

/** From that envelope on nothing of the chain counts, for anybody. */
interface Void {
  readonly row: ChainRow;
  readonly seq: number;
  readonly why: string;
}

interface UpdateAdded extends Pick<UpdateShape, "brings" | "structCount"> {
  /** How deep what it brings lies, or more; undefined: not known. */
  readonly depth: number | undefined;
}

export interface Draft {
  chain(chain: ChainId): ChainRow | undefined;
  setChain(row: ChainRow): void;
  document(doc: DocId): Promise<DocumentRow>;
  /** The update becomes part of the document, and the range of clocks that it brings. */
  addUpdate(
    doc: DocId,
    update: Uint8Array,
    shape: UpdateAdded,
    from: "here" | "elsewhere",
  ): Promise<void>;
  setDocument(doc: DocId, row: DocumentRow): void;
  /** Envelopes that were just verified: kept, and at hand for whoever counts them. */
  addRun(row: ChainRow, run: Pick<VerifiedRun, "envelopes" | "headBytes">): void;
  staged(chain: ChainId, seq: number): VerifiedEnvelope | undefined;
  /** Envelopes of our own that count from the start. */
  addSealed(row: ChainRow, envelopes: readonly Envelope[]): void;
  /** From that seq on they are somebody else's, or nobody's. */
  dropEnvelopes(chain: ChainId, fromSeq: number): void;
  write(...writes: readonly Write[]): void;
  /** What documents that are open are told once it is durable. */
  readonly applied: ReadonlyMap<DocId, readonly Uint8Array[]>;
  readonly said: Said[];
  readonly seen: SeenBy[];
  /** The same of edits that wait for what they refer to: what they name may be what is missing. */
  readonly seenByHeld: SeenBy[];
  readonly voids: Void[];
  /** The chains that it changes, as they will be. */
  readonly changed: readonly ChainRow[];
  /** The documents that it changes. */
  readonly touched: readonly DocId[];
  readonly isEmpty: boolean;
  commit(options?: CommitOptions): Promise<Result<void, CommitError>>;
}

export const createDraft = (rows: VaultRows): Draft => {
  const { vault, store } = rows;
  const chains = new Map<ChainId, ChainRow>();
  const documents = new Map<DocId, DocumentRow>();
  const envelopes = new Map<ChainId, Map<number, VerifiedEnvelope>>();
  const applied = new Map<DocId, Uint8Array[]>();
  const writes: Write[] = [];

  const document = async (doc: DocId): Promise<DocumentRow> => {
    const known = documents.get(doc) ?? rows.documents.get(doc);
    if (known !== undefined) return known;
    const stored = await store.get("documents", documentKey(vault, doc));
    const row = stored === undefined ? emptyDocument : decodeDocumentRow(stored);
    rows.documents.set(doc, row);
    return row;
  };

  const receiptedNow = (chain: ChainId, { head }: ChainRow): number =>
    Math.min(head.at, rows.chains.get(chain)?.receipted ?? 0);

  return {
    chain: (chain) => chains.get(chain) ?? rows.chains.get(chain),
    setChain: (row) => void chains.set(row.chain, row),
    document,
    setDocument: (doc, row) => void documents.set(doc, row),
    addUpdate: async (doc, update, { brings, structCount, depth }, from) => {
      const row = await document(doc);
      const clocks =
        brings === undefined || (row.clocks.get(brings.clientId) ?? 0) >= brings.end
          ? row.clocks
          : new Map(row.clocks).set(brings.clientId, brings.end);
      const { nextNumber, levels } = row;
      const [newest = { updateCount: 0, structCount: 0 }, ...merged] = levels;
      const grown = {
        updateCount: newest.updateCount + 1,
        structCount: newest.structCount + structCount,
      };
      documents.set(doc, {
        clocks,
        levels: [grown, ...merged],
        nextNumber: nextNumber + 1,
        depth: deepest(row.depth, depth),
      });
      writes.push({
        kind: "put",
        table: "updates",
        key: updateKey(vault, doc, 0, nextNumber),
        value: update,
      });
      // Whoever edited it here has it in their document already.
      if (from === "here") return;
      const updates = applied.get(doc) ?? [];
      updates.push(update);
      applied.set(doc, updates);
    },
    addRun: (row, run) => {
      const { chain } = row;
      const known = envelopes.get(chain) ?? new Map<number, VerifiedEnvelope>();
      envelopes.set(chain, known);
      for (const [at, envelope] of run.envelopes.entries()) {
        known.set(envelope.head.seq, envelope);
        writes.push({
          kind: "put",
          table: "envelopes",
          key: envelopeKey(vault, chain, envelope.head.seq),
          value: envelopeBytes(envelope, run.headBytes[at]),
        });
      }
      writes.push(...marksOf(vault, run.envelopes));
      chains.set(chain, row);
    },
    addSealed: (row, sealed) => {
      for (const envelope of sealed)
        writes.push({
          kind: "put",
          table: "envelopes",
          key: envelopeKey(vault, row.chain, envelope.head.seq),
          value: encodeEnvelope(envelope),
        });
      writes.push(...marksOf(vault, sealed));
      chains.set(row.chain, row);
    },
    staged: (chain, seq) => envelopes.get(chain)?.get(seq),
    dropEnvelopes: (chain, fromSeq) =>
      void writes.push({
        kind: "deleteRange",
        table: "envelopes",
        ...envelopesBetween(vault, chain, fromSeq),
      }),
    write: (...more) => void writes.push(...more),
    applied,
    said: [],
    seen: [],
    seenByHeld: [],
    voids: [],
    get changed() {
      return [...chains.values()];
    },
    get touched() {
      return [...documents.keys()];
    },
    get isEmpty() {
      return writes.length === 0 && chains.size === 0 && documents.size === 0;
    },
    commit: async (options) => {
      for (const [chain, row] of chains)
        writes.push({
          kind: "put",
          table: "chains",
          key: chainKey(vault, chain),
          value: encodeChainRow(row),
        });
      for (const [doc, row] of documents)
        writes.push({
          kind: "put",
          table: "documents",
          key: documentKey(vault, doc),
          value: encodeDocumentRow(row),
        });
      if (writes.length > 0) {
        const committed = await store.commit(writes, options);
        if (!committed.ok) return err(committed.error);
      }
      for (const [chain, row] of chains) {
        // Receipts come whenever they come.
        const receipted = Math.max(row.receipted, receiptedNow(chain, row));
        rows.chains.set(chain, { ...row, receipted });
      }
      for (const [doc, row] of documents) rows.documents.set(doc, row);
      return ok(undefined);
    },
  };
};

const deepest = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : Math.max(one, other);

/** As `encodeEnvelope` writes it, of a head that is encoded already. */
const envelopeBytes = (
  { signature, body }: VerifiedEnvelope,
  headBytes: Uint8Array | undefined,
): Uint8Array => {
  const head = headBytes ?? new Uint8Array();
  const bytes = new Uint8Array(head.length + signature.length + (body?.length ?? 0));
  bytes.set(head);
  bytes.set(signature, head.length);
  if (body !== undefined) bytes.set(body, head.length + signature.length);
  return bytes;
};
