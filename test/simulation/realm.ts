/**
 * While a run lasts, the process's own time and chance are out of reach: whatever still asks for them would
 * make two runs of one seed differ. Compression is done at once instead of beside the run.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";

const globals = globalThis as unknown as Record<string, unknown>;

const refusing = (name: string) => (): never => {
  throw new Error(`${name} is out of reach: the world has its own`);
};

/** A stream of bytes that are all there before the first comes out. */
const whole = (change: (bytes: Uint8Array) => Uint8Array) =>
  class {
    readonly readable: ReadableStream<Uint8Array>;
    readonly writable: WritableStream<Uint8Array>;
    constructor() {
      const chunks: Uint8Array[] = [];
      const stream = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk) => void chunks.push(chunk),
        flush: (controller) => {
          const changed = change(Buffer.concat(chunks));
          if (changed.length > 0) controller.enqueue(new Uint8Array(changed));
        },
      });
      this.readable = stream.readable;
      this.writable = stream.writable;
    }
  };

const replaced: Readonly<Record<string, unknown>> = {
  setTimeout: refusing("setTimeout"),
  setInterval: refusing("setInterval"),
  // Who gives way to others has done so when the event is over.
  setImmediate: (work: () => void) => queueMicrotask(work),
  CompressionStream: whole((bytes) => deflateRawSync(bytes)),
  DecompressionStream: whole((bytes) => inflateRawSync(bytes)),
};

/** One run at a time. */
export const inRealm = async <T>(work: () => Promise<T>): Promise<T> => {
  const kept = Object.keys(replaced).map((name) => [name, globals[name]] as const);
  const { now } = Date;
  const math: { random: () => number } = Math;
  const { random } = math;
  Object.assign(globals, replaced);
  math.random = refusing("Math.random");
  Date.now = refusing("Date.now");
  try {
    return await work();
  } finally {
    math.random = random;
    Date.now = now;
    for (const [name, value] of kept) globals[name] = value;
  }
};
