/** Reads what somebody else sends, and no more of it than was agreed. */
import { concatBytes } from "@duro/crypto/types";

/** Undefined: there is more. Rejects where the source does. */
export const readBounded = async (
  source: AsyncIterable<Uint8Array>,
  byteLengthMax: number,
): Promise<Uint8Array | undefined> => {
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of source) {
    byteLength += chunk.length;
    if (byteLength > byteLengthMax) return undefined;
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
};
