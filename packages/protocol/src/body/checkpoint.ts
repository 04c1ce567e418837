/**
 * CHECKPOINT: the state of all documents in blobs, in place of the envelopes it covers. What it covers
 * and which blobs it needs stand in clear, so that the relay can drop one and keep the other; which
 * document lies where does not.
 */
import {
  type BlobId,
  blobIds,
  type BlobRef,
  ok,
  readBlobRef,
  type Reader,
  type Result,
  sizes,
  writeBlobRef,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
  type BodyContent,
} from "@duro/crypto/types";
import { type DocId, docIds } from "../ids.ts";
import { blobHeaderByteLength, blobsPerCheckpointMax, docsPerCheckpointMax } from "../limits.ts";
import { readVector, type Vector, writeVector } from "../wire/heads.ts";
import { type Beacon, readBeacon, writeBeacon } from "./beacon.ts";
import { type BodyFormError, decodePart, encodePart } from "./format.ts";

export interface CheckpointClear {
  /** Per chain the newest envelope whose effect is in the state. Never inferred from anything else. */
  readonly coverage: Vector;
  /** Rising. */
  readonly blobs: readonly BlobId[];
}

const blobLimits: RisingLimits<BlobId> = {
  countMax: blobsPerCheckpointMax,
  itemByteLengthMin: blobIds.byteLength,
  keyOf: (id) => id,
};

const encodeCheckpointClear = (clear: CheckpointClear): Uint8Array =>
  encodePart((to) => {
    writeVector(to, clear.coverage);
    writeRising(to, blobLimits, clear.blobs, (_, id) => blobIds.write(to, id));
  });

export const decodeCheckpointClear = (bytes: Uint8Array): Result<CheckpointClear, BodyFormError> =>
  decodePart(
    { what: "checkpoint clear part", byteLengthMax: sizes.bodyClearByteLengthMax },
    bytes,
    (from) => ({
      coverage: readVector(from),
      blobs: readRising(from, blobLimits, () => blobIds.read(from)),
    }),
  );

export const docDigestByteLength = 32;

/** Where a document lies: bytes of one blob's content. */
export interface DocEntry {
  readonly doc: DocId;
  /** Place in the list of blobs. */
  readonly blob: number;
  readonly offset: number;
  readonly byteLength: number;
  /** Of the document's state, not of these bytes. */
  readonly digest: Uint8Array;
}

export interface CheckpointPlaintext {
  /** Those of the clear part, in the same order. */
  readonly blobs: readonly BlobRef[];
  /** Rising by document. */
  readonly docs: readonly DocEntry[];
  readonly beacon: Beacon;
}

export interface CheckpointBody {
  readonly type: "Checkpoint";
  readonly clear: CheckpointClear;
  readonly plaintext: CheckpointPlaintext;
}

/** Id, header and a length. */
const blobRefByteLengthMin = blobIds.byteLength + blobHeaderByteLength + 1;

const docLimits: RisingLimits<DocEntry> = {
  countMax: docsPerCheckpointMax,
  itemByteLengthMin: docIds.byteLength + 3 + docDigestByteLength,
  keyOf: ({ doc }) => doc,
};

const writePlaintext = (to: Writer, plaintext: CheckpointPlaintext): void => {
  to.list(plaintext.blobs, writeBlobRef);
  writeRising(to, docLimits, plaintext.docs, (_, entry) => {
    docIds.write(to, entry.doc);
    to.varUint(entry.blob);
    to.varUint(entry.offset);
    to.varUint(entry.byteLength);
    to.bytes(entry.digest);
  });
  writeBeacon(to, plaintext.beacon);
};

const readPlaintext = (from: Reader, clear: CheckpointClear): CheckpointPlaintext => {
  const blobs = readBlobs(from, clear);
  return {
    blobs,
    docs: readRising(from, docLimits, () => readDocEntry(from, blobs)),
    beacon: readBeacon(from),
  };
};

const readBlobs = (from: Reader, clear: CheckpointClear): BlobRef[] => {
  const blobs = from.list(blobsPerCheckpointMax, blobRefByteLengthMin, readBlobRef);
  const isSame =
    blobs.length === clear.blobs.length && blobs.every(({ id }, at) => id === clear.blobs[at]);
  return isSame ? blobs : from.refuse("the blobs of the clear part", `${blobs.length} others`);
};

const readDocEntry = (from: Reader, blobs: readonly BlobRef[]): DocEntry => {
  const entry = {
    doc: docIds.read(from),
    blob: from.varUint(),
    offset: from.varUint(),
    byteLength: from.varUint(),
    digest: from.bytes(docDigestByteLength),
  };
  const inBlob = blobs[entry.blob]?.byteLength ?? from.refuse("a blob listed", `${entry.blob}`);
  if (entry.offset + entry.byteLength > inBlob)
    from.refuse(`an end within ${inBlob} bytes`, `${entry.offset} and ${entry.byteLength}`);
  return entry;
};

export const encodeCheckpoint = ({ clear, plaintext }: CheckpointBody): BodyContent => ({
  clear: encodeCheckpointClear(clear),
  plaintext: encodePart((to) => writePlaintext(to, plaintext)),
});

export const decodeCheckpoint = (content: BodyContent): Result<CheckpointBody, BodyFormError> => {
  const clear = decodeCheckpointClear(content.clear);
  if (!clear.ok) return clear;
  const limit = { what: "checkpoint plaintext", byteLengthMax: sizes.bodyPlaintextByteLengthMax };
  const plaintext = decodePart(limit, content.plaintext, (from) =>
    readPlaintext(from, clear.value),
  );
  return plaintext.ok
    ? ok({ type: "Checkpoint", clear: clear.value, plaintext: plaintext.value })
    : plaintext;
};
