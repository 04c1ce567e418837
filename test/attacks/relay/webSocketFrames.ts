/** Frames of RFC 6455 by hand, lawful and not: what a library would never let a client send. */

export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

export interface WebSocketFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly isFinal?: boolean;
  /** Bits that stand for extensions: 4 says that the payload is compressed. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** What the head claims, where that is not the truth. */
  readonly claimedByteLength?: number;
}

const maskBit = 0x80;
const finalBit = 0x80;

/** The mask is zeros, so that bytes stay as they are. */
export const webSocketFrame = ({
  opcode,
  payload,
  isFinal = true,
  reserved = 0,
  isMasked = true,
  claimedByteLength = payload.length,
}: WebSocketFrame): Buffer => {
  const first = (isFinal ? finalBit : 0) | (reserved << 4) | opcode;
  const mask = isMasked ? maskBit : 0;
  return Buffer.concat([
    Buffer.from([first]),
    lengthBytes(claimedByteLength, mask),
    Buffer.alloc(isMasked ? 4 : 0),
    payload,
  ]);
};

const lengthBytes = (byteLength: number, mask: number): Buffer => {
  if (byteLength < 126) return Buffer.from([mask | byteLength]);
  if (byteLength < 65_536) {
    const short = Buffer.from([mask | 126, 0, 0]);
    short.writeUInt16BE(byteLength, 1);
    return short;
  }
  const long = Buffer.alloc(9);
  long[0] = mask | 127;
  long.writeBigUInt64BE(BigInt(byteLength), 1);
  return long;
};

export interface ReceivedFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Of a server: unmasked, and ours are never in fragments. Gives what was whole, keeps the rest. */
export const createFrameReader = (): ((chunk: Buffer) => readonly ReceivedFrame[]) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: ReceivedFrame[] = [];
    for (let found = frameAtStart(rest); found !== undefined; found = frameAtStart(rest)) {
      frames.push(found.frame);
      rest = rest.subarray(found.byteLength);
    }
    return frames;
  };
};

const frameAtStart = (
  bytes: Buffer,
): { readonly frame: ReceivedFrame; readonly byteLength: number } | undefined => {
  if (bytes.length < 10 && bytes.length < 2 + (bytes[1] ?? 0)) return undefined;
  const short = bytes[1] ?? 0;
  const headByteLength = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < headByteLength) return undefined;
  const byteLength =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = headByteLength + byteLength;
  if (bytes.length < end) return undefined;
  const payload = bytes.subarray(headByteLength, end);
  return { frame: { opcode: (bytes[0] ?? 0) & 0x0f, payload }, byteLength: end };
};
