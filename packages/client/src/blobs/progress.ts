/** How far a blob has come, for whoever shows it. */
export interface BlobProgress {
  readonly doneChunkCount: number;
  readonly chunkCount: number;
}

export type OnProgress = (progress: BlobProgress) => void;
