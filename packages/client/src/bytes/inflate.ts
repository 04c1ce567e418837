/** Raw deflate (RFC 1951), undone within a bound: a few bytes can claim to be gigabytes. */

/** Undefined: it is none, or longer than that. */
export const inflate = async (
  deflated: Uint8Array,
  byteLengthMax: number,
): Promise<Uint8Array | undefined> => {
  const stream = new DecompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  // What fails here fails at the reader too.
  const written = writeInSlices(writer, deflated).catch(() => {});
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      byteLength += value.length;
      if (byteLength > byteLengthMax) {
        await reader.cancel();
        return undefined;
      }
      parts.push(value);
    }
  } catch {
    return undefined;
  } finally {
    await written;
  }
  const whole = new Uint8Array(byteLength);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** A browser inflates all that it is given before it gives anything back: a thousand times as much. */
const sliceByteLength = 4_096;

const writeInSlices = async (
  writer: WritableStreamDefaultWriter<BufferSource>,
  deflated: Uint8Array,
): Promise<void> => {
  for (let at = 0; at < deflated.length; at += sliceByteLength)
    await writer.write(Uint8Array.from(deflated.subarray(at, at + sliceByteLength)));
  await writer.close();
};
