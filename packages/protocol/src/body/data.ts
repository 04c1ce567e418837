/**
 * DATA: updates of documents, and what the author has seen of other chains since its last envelope.
 * Whether the content is deflated is marked here; inflating it, and knowing what an update says, is
 * the client's matter.
 */
import {
  type ChainId,
  chainIds,
  decode,
  encode,
  type Malformed,
  ok,
  type Reader,
  type Result,
  sizes,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
  type BodyContent,
} from "@duro/crypto/types";
import { type DocId, docIds } from "../ids.ts";
import { chainsPerVectorMax, dataContentByteLengthMax, docsPerBodyMax } from "../limits.ts";
import { readCounting } from "../wire/shapes.ts";
import { type BodyFormError, decodePart, encodePart, nothingClear } from "./format.ts";

export interface DataPlaintext {
  readonly isDeflated: boolean;
  /** What `encodeDataContent` gave, deflated or not. */
  readonly content: Uint8Array;
}

export interface DataBody {
  readonly type: "Data";
  readonly plaintext: DataPlaintext;
}

export const encodeData = ({ plaintext }: DataBody): BodyContent => ({
  clear: nothingClear,
  plaintext: encodePart((to) => {
    to.bool(plaintext.isDeflated);
    to.bytes(plaintext.content);
  }),
});

export const decodeData = (content: BodyContent): Result<DataBody, BodyFormError> => {
  const limit = { what: "data plaintext", byteLengthMax: sizes.bodyPlaintextByteLengthMax };
  const plaintext = decodePart(limit, content.plaintext, (from) => ({
    isDeflated: from.bool(),
    content: from.rest(dataContentByteLengthMax),
  }));
  return plaintext.ok ? ok({ type: "Data", plaintext: plaintext.value }) : plaintext;
};

/** One merged update of one document, as Yjs V1. */
export interface DocUpdate {
  readonly doc: DocId;
  readonly update: Uint8Array;
}

export interface Seen {
  readonly chain: ChainId;
  readonly seq: number;
}

export interface DataContent {
  /** Rising by document. */
  readonly updates: readonly DocUpdate[];
  /** Rising by chain: only those that moved. */
  readonly seen: readonly Seen[];
}

const updateLimits: RisingLimits<DocUpdate> = {
  countMax: docsPerBodyMax,
  itemByteLengthMin: docIds.byteLength + 1,
  keyOf: ({ doc }) => doc,
};

const seenLimits: RisingLimits<Seen> = {
  countMax: chainsPerVectorMax,
  itemByteLengthMin: chainIds.byteLength + 1,
  keyOf: ({ chain }) => chain,
};

const writeContent = (to: Writer, content: DataContent): void => {
  writeRising(to, updateLimits, content.updates, (_, { doc, update }) => {
    docIds.write(to, doc);
    to.varBytes(update);
  });
  writeRising(to, seenLimits, content.seen, (_, { chain, seq }) => {
    chainIds.write(to, chain);
    to.varUint(seq);
  });
};

const readContent = (from: Reader): DataContent => ({
  updates: readRising(from, updateLimits, () => ({
    doc: docIds.read(from),
    update: from.varBytes(dataContentByteLengthMax),
  })),
  seen: readRising(from, seenLimits, () => ({
    chain: chainIds.read(from),
    seq: readCounting(from, "seq"),
  })),
});

export const encodeDataContent = (content: DataContent): Uint8Array =>
  encode((to) => writeContent(to, content));

export const decodeDataContent = (bytes: Uint8Array): Result<DataContent, Malformed> =>
  decode({ what: "data content", byteLengthMax: dataContentByteLengthMax }, bytes, readContent);
