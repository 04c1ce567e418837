/**
 * A WebSocket client by hand on bare TCP, so that the side that makes the load is not what is measured:
 * no mask is computed, no event fires per message, nothing is copied that lies whole in one chunk.
 */
import { assert } from "@duro/crypto/types";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

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
    rest = at === bytes.length ? undefined : bytes.subarray(at);
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

const upgraded = (tcp: Socket, text: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf("\r\n\r\n");
      if (end === -1) return;
      tcp.pause();
      tcp.off("data", onData);
      if (answer.toString("latin1", 9, 12) === "101") resolve(answer.subarray(end + 4));
      else reject(new Error(`no upgrade: ${answer.toString("latin1", 0, end)}`));
    };
    tcp.on("data", onData);
    tcp.once("error", reject);
    tcp.write(text);
  });

export const openRawSocket = async (url: URL, subprotocol?: string): Promise<RawSocket> => {
  const tcp = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  let onMessage: ((message: Buffer) => void) | undefined;
  let isClosing = false;
  const rest = await upgraded(tcp, upgradeText(url, subprotocol));
  const read = createFrameReader((message) => onMessage?.(message));
  tcp.on("data", read);
  tcp.on("close", () => {
    // What is measured does not end by itself: nobody may count on without it.
    if (!isClosing) throw new Error("the server closed a connection");
  });
  return {
    write: (frames) => {
      tcp.write(frames);
    },
    listen: (listener) => {
      const isFirst = onMessage === undefined;
      onMessage = listener;
      if (!isFirst) return;
      if (rest.length > 0) read(rest);
      tcp.resume();
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
};
