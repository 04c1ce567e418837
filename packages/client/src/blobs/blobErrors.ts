/** Everything that can go wrong on a blob's way, by name. */
import type { BlobIdMismatch, ChunkMissing } from "@duro/crypto/verify";
import type { ChunkError, WrongBlobKey } from "@duro/crypto";
import type { RefusalName } from "@duro/protocol";
import type { AnswerTooLong, Unreachable } from "../ports/http.ts";
import type { CommitError } from "../ports/localStore.ts";

/** The relay said no; what to do next stands in the catalogue. */
interface BlobRefused {
  readonly type: "BlobRefused";
  readonly refusal: RefusalName;
  readonly facts: ReadonlyMap<string, string>;
}

/** Neither what was asked for nor a refusal that is known: a later relay's, or what stands before it. */
interface AnswerUnreadable {
  readonly type: "AnswerUnreadable";
  readonly status: number;
}

interface TokenNotGiven<E> {
  readonly type: "TokenNotGiven";
  readonly cause: E;
}

export type RequestError<E> =
  Unreachable | AnswerTooLong | BlobRefused | AnswerUnreadable | TokenNotGiven<E>;

/** The source had less, or more, than it said. */
export interface ContentLengthWrong {
  readonly type: "ContentLengthWrong";
  readonly expected: number;
  readonly got: number;
}

/** A chunk that was sealed is not on the shelf any more. */
interface ChunkNotKept {
  readonly type: "ChunkNotKept";
  readonly index: number;
}

/** What came is not what was sealed there. */
interface ChunkBroken {
  readonly type: "ChunkBroken";
  readonly index: number;
  readonly cause: ChunkError;
}

/** More than who asked for it can hold. */
export interface ContentTooLong {
  readonly type: "ContentTooLong";
  readonly byteLength: number;
  readonly byteLengthMax: number;
}

export type SealError = ContentLengthWrong | CommitError;
export type UploadError<E> = RequestError<E> | ChunkNotKept;
export type FetchError<E> =
  RequestError<E> | WrongBlobKey | ChunkBroken | ChunkMissing | BlobIdMismatch | CommitError;
