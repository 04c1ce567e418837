/** Cuts a content, as it comes, into the parts that its chunks hold. */
import { chunkContentRange } from "@duro/crypto";
import { concatBytes, err, ok, type Result } from "@duro/crypto/types";
import type { ContentLengthWrong } from "./blobErrors.ts";

interface ContentStream {
  /** Said before: every chunk is sealed with how many there are. */
  readonly byteLength: number;
  readonly parts: AsyncIterable<Uint8Array>;
}

export type BlobContent = Uint8Array | ContentStream;

/** One after the other, each as long as its chunk wants; behind them a fault, where there is one. */
export async function* contentParts(
  content: BlobContent,
  chunkCount: number,
): AsyncGenerator<Result<Uint8Array, ContentLengthWrong>> {
  const { byteLength } = content;
  const lengthOf = (index: number): number => {
    const { start, end } = chunkContentRange(index, byteLength);
    return end - start;
  };
  const pieces = createPieces();
  let index = 0;
  for await (const part of partsOf(content)) {
    pieces.add(part);
    if (pieces.addedByteLength > byteLength) break;
    for (; index < chunkCount - 1 && pieces.byteLength >= lengthOf(index); index++)
      yield ok(pieces.take(lengthOf(index)));
  }
  const got = pieces.addedByteLength;
  if (got !== byteLength)
    return yield err({ type: "ContentLengthWrong", expected: byteLength, got });
  for (; index < chunkCount; index++) yield ok(pieces.take(lengthOf(index)));
}

async function* partsOf(content: BlobContent): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else yield* content.parts;
}

/** Put together only when a chunk is full: many small ones are not copied again and again. */
const createPieces = () => {
  let pieces: Uint8Array[] = [];
  let byteLength = 0;
  let addedByteLength = 0;
  return {
    get byteLength() {
      return byteLength;
    },
    get addedByteLength() {
      return addedByteLength;
    },
    add: (piece: Uint8Array): void => {
      pieces.push(piece);
      byteLength += piece.length;
      addedByteLength += piece.length;
    },
    take: (takenByteLength: number): Uint8Array => {
      const [first = new Uint8Array(), ...more] = pieces;
      const all = more.length === 0 ? first : concatBytes(first, ...more);
      pieces = [all.subarray(takenByteLength)];
      byteLength -= takenByteLength;
      return all.subarray(0, takenByteLength);
    },
  };
};
