/**
 * A WebSocket client by hand on bare TCP, so that the side that makes the load is not what is measured:
 * no mask is computed, no event fires per message, nothing is copied that lies whole in one chunk.
 */
import { assert } from "@duro/crypto/types";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";

export interface RawSocket {
  /** Whole frames, as `toWebSocketFrame` makes them. */
  write(frames: Uint8Array): void;
  /** From now on; messages come without their frame, and are views that the next chunk overwrites. */
  listen(onMessage: (message: Buffer) => void): void;
  pause(): void;
  close(): void;
}

const finBinary = 0x82;
const opcodeBits = 0x0f;
const opcodeClose = 8;
const maskBit = 0x80;
const maskByteLength = 4;

/** A client masks what it sends: with a mask of zeros the bytes stay as they are. */
export const toWebSocketFrame = (message: Uint8Array): Buffer => {
  const lengthByteLength = message.length < 126 ? 0 : message.length < 65_536 ? 2 : 8;
  const headByteLength = 2 + lengthByteLength + maskByteLength;
  const frame = Buffer.alloc(headByteLength + message.length);
  frame[0] = finBinary;
  if (lengthByteLength === 0) frame[1] = maskBit | message.length;
  if (lengthByteLength === 2) {
    frame[1] = maskBit | 126;
    frame.writeUInt16BE(message.length, 2);
  }
  if (lengthByteLength === 8) {
    frame[1] = maskBit | 127;
    frame.writeBigUInt64BE(BigInt(message.length), 2);
  }
  frame.set(message, headByteLength);
  return frame;
};

interface Place {
  readonly opcode: number;
  readonly from: number;
  readonly to: number;
}

/** Undefined: not whole yet. A server's frames have no mask, and ours are never in fragments. */
const frameAt = (bytes: Buffer, at: number): Place | undefined => {
  if (bytes.length < at + 2) return undefined;
  const opcode = (bytes[at] ?? 0) & opcodeBits;
  const short = bytes[at + 1] ?? 0;
  const lengthByteLength = short < 126 ? 0 : short === 126 ? 2 : 8;
  const from = at + 2 + lengthByteLength;
  if (bytes.length < from) return undefined;
  const byteLength =
    lengthByteLength === 0
      ? short
      : lengthByteLength === 2
        ? bytes.readUInt16BE(at + 2)
        : Number(bytes.readBigUInt64BE(at + 2));
  const to = from + byteLength;
  return bytes.length < to ? undefined : { opcode, from, to };
};

/** Keeps what is not whole yet; everything else is read where it lies. */
const createFrameReader = (onMessage: (message: Buffer) => void) => {
  let rest: Buffer | undefined;
  return (chunk: Buffer): void => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
      const { opcode, from, to } = frame;
      at = to;
      if (opcode === opcodeClose)
        throw new Error(`closed: ${bytes.toString("utf8", from + 2, to)}`);
      onMessage(bytes.subarray(from, to));
    }
    rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
  };
};

const upgradeText = ({ host, pathname }: URL, subprotocol: string | undefined): string =>
  [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    "\r\n",
  ].join("\r\n");

/** Gives what came behind the answer, once it is whole. */
const readUpgrade = (answer: Buffer): Buffer | undefined => {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  if (answer.toString("latin1", 9, 12) !== "101")
    throw new Error(`no upgrade: ${answer.toString("latin1", 0, end)}`);
  return answer.subarray(end + 4);
};

/** All sockets read into it, one after the other: what is not read at once is copied. */
const chunk = Buffer.alloc(262_144);

export const openRawSocket = (url: URL, subprotocol?: string): Promise<RawSocket> =>
  new Promise((resolve, reject) => {
    const early: Buffer[] = [];
    let onMessage: (message: Buffer) => void = (message) => early.push(Buffer.from(message));
    let isClosing = false;
    let answer: Buffer | undefined = Buffer.alloc(0);
    const readFrames = createFrameReader((message) => onMessage(message));
    const readAnswer = (bytes: Buffer): void => {
      answer = Buffer.concat([answer ?? Buffer.alloc(0), bytes]);
      const rest = readUpgrade(answer);
      if (rest === undefined) return;
      answer = undefined;
      resolve(socket);
      readFrames(rest);
    };
    const tcp = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: chunk,
        callback: (byteLength) => {
          const bytes = chunk.subarray(0, byteLength);
          if (answer === undefined) readFrames(bytes);
          else readAnswer(bytes);
          return true;
        },
      },
    });
    const socket: RawSocket = {
      write: (frames) => {
        tcp.write(frames);
      },
      listen: (listener) => {
        onMessage = listener;
        for (const message of early.splice(0)) listener(message);
      },
      pause: () => {
        tcp.pause();
      },
      close: () => {
        assert(!isClosing, "closed once");
        isClosing = true;
        tcp.destroy();
      },
    };
    tcp.on("error", reject);
    tcp.on("close", () => {
      // What is measured does not end by itself: nobody may count on without it.
      if (!isClosing) throw new Error("the server closed a connection");
    });
    tcp.write(upgradeText(url, subprotocol));
  });
