/** From a checkpoint back to documents, one at a time, each held against its digest. */
import type { Result } from "@duro/crypto/types";
import type { DocId } from "@duro/protocol";
import { type OpenBlob, openCheckpoint, type PackedError } from "./openCheckpoint.ts";
import type { PackedCheckpoint } from "./packCheckpoint.ts";
import { type UnpackError, unpackState } from "./packedState.ts";

type ReadDocError<E> = PackedError<E> | UnpackError;

export interface CheckpointReader<E> {
  /** Every document of it in the order in which they lie: the quickest to read them all. */
  readonly inPlace: readonly DocId[];
  /** The state as V1. Loads it into Yjs: only of a checkpoint that counts. */
  state(doc: DocId): Promise<Result<Uint8Array, ReadDocError<E>>>;
}

export const readCheckpoint = <E>(
  checkpoint: PackedCheckpoint,
  openBlob: OpenBlob<E>,
): CheckpointReader<E> => {
  const opened = openCheckpoint(checkpoint, openBlob);
  return {
    inPlace: opened.inPlace,
    state: async (doc) => {
      const packed = await opened.packed(doc);
      return packed.ok ? unpackState(packed.value) : packed;
    },
  };
};
