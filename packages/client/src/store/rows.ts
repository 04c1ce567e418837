/** What stands in the tables `chains`, `documents` and `outbox`. The store is ours: what it holds was written here. */
import {
  assert,
  decode,
  deviceIds,
  encode,
  envelopeIds,
  incarnations,
  type Reader,
  recordIds,
  userIds,
} from "@duro/crypto/types";
import type { ChainOpening } from "@duro/crypto/verify";
import { type ChainId, chainIds, type DocId, docIds, type EnvelopeId } from "@duro/protocol";

/** One chain, as far as it is here and as far as it counts. */
export interface ChainRow extends ChainOpening {
  /** The newest envelope that is here and verified. */
  readonly head: { readonly at: number; readonly id: EnvelopeId };
  readonly epoch: number;
  /** Up to here its envelopes are in the documents. */
  readonly counted: number;
  /** Of the vault's log, as the newest counted envelope names it. */
  readonly lastLogIndex: number;
  /** From this seq on it is void; 0: it is not. */
  readonly voidAt: number;
  /** Up to here the relay has signed that it keeps it; of our own chains. */
  readonly receipted: number;
}

/** Updates of one size, merged from a hundred of the size below. */
interface Level {
  readonly updateCount: number;
  /** Of all of them together. */
  readonly structCount: number;
}

/** One document: how far each clientID is in it, and where its updates lie. */
export interface DocumentRow {
  readonly clocks: ReadonlyMap<number, number>;
  /** From the smallest up. */
  readonly levels: readonly Level[];
  readonly nextNumber: number;
  /** Of the deepest type, or more; undefined: not known. Not stored. */
  readonly depth?: number | undefined;
}

/** An edit of ours that no envelope holds yet. */
export interface OutboxRow {
  readonly doc: DocId;
  /** The chain under which it was made: its operations carry that chain's clientID. */
  readonly author: ChainId;
  readonly update: Uint8Array;
  /** It is in the document already; otherwise it was carried over from a former chain and waits. */
  readonly isApplied: boolean;
}

const byteLengthMax = 64 * 2 ** 20;
const clocksMax = 2 ** 20;
const levelsMax = 64;

const read = <T>(what: string, bytes: Uint8Array, readRow: (from: Reader) => T): T => {
  const row = decode({ what, byteLengthMax }, bytes, readRow);
  assert(row.ok, `the store holds the ${what} that was written`);
  return row.value;
};

export const encodeChainRow = (row: ChainRow): Uint8Array =>
  encode((to) => {
    userIds.write(to, row.user);
    deviceIds.write(to, row.device);
    incarnations.write(to, row.incarnation);
    recordIds.write(to, row.logHead);
    to.varUint(row.head.at);
    envelopeIds.write(to, row.head.id);
    to.varUint(row.epoch);
    to.varUint(row.counted);
    to.varUint(row.lastLogIndex);
    to.varUint(row.voidAt);
    to.varUint(row.receipted);
  });

export const decodeChainRow = (chain: ChainId, bytes: Uint8Array): ChainRow =>
  read("chain", bytes, (from) => ({
    chain,
    user: userIds.read(from),
    device: deviceIds.read(from),
    incarnation: incarnations.read(from),
    logHead: recordIds.read(from),
    head: { at: from.varUint(), id: envelopeIds.read(from) },
    epoch: from.varUint(),
    counted: from.varUint(),
    lastLogIndex: from.varUint(),
    voidAt: from.varUint(),
    receipted: from.varUint(),
  }));

export const emptyDocument: DocumentRow = {
  clocks: new Map(),
  levels: [],
  nextNumber: 0,
  depth: 0,
};

export const encodeDocumentRow = (row: DocumentRow): Uint8Array =>
  encode((to) => {
    to.list([...row.clocks], (_, [clientId, clock]) => {
      to.varUint(clientId);
      to.varUint(clock);
    });
    to.list(row.levels, (_, { updateCount, structCount }) => {
      to.varUint(updateCount);
      to.varUint(structCount);
    });
    to.varUint(row.nextNumber);
  });

export const decodeDocumentRow = (bytes: Uint8Array): DocumentRow =>
  read("document", bytes, (from) => ({
    clocks: new Map(from.list(clocksMax, 2, () => [from.varUint(), from.varUint()])),
    levels: from.list(levelsMax, 2, () => ({
      updateCount: from.varUint(),
      structCount: from.varUint(),
    })),
    nextNumber: from.varUint(),
  }));

export const encodeOutboxRow = (row: OutboxRow): Uint8Array =>
  encode((to) => {
    docIds.write(to, row.doc);
    chainIds.write(to, row.author);
    to.bool(row.isApplied);
    to.bytes(row.update);
  });

export const decodeOutboxRow = (bytes: Uint8Array): OutboxRow =>
  read("outbox", bytes, (from) => ({
    doc: docIds.read(from),
    author: chainIds.read(from),
    isApplied: from.bool(),
    update: from.rest(byteLengthMax),
  }));
