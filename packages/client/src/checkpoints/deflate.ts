/** Raw deflate (RFC 1951) by what the platform has. Undone by `inflate`. */
import { concatBytes } from "@duro/crypto/types";

export const deflate = async (bytes: Uint8Array): Promise<Uint8Array> => {
  const stream = new CompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  const written = writer.write(Uint8Array.from(bytes)).then(() => writer.close());
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
  }
  await written;
  return concatBytes(...parts);
};
