/**
 * A client on a bare socket that does as it likes: no library mends what it sends, nothing is answered
 * unless the attack says so. It keeps what the relay said and how it ended.
 */
import { assert } from "@duro/crypto/types";
import {
  type ClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  refusalOfNumber,
  type RelayFrame,
  socketPath,
  subprotocol,
} from "@duro/protocol";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createFrameReader, Opcode, webSocketFrame } from "./webSocketFrames.ts";

export interface Ending {
  /** Of the WebSocket; undefined where the connection just ended. */
  readonly code: number | undefined;
  readonly reason: string;
}

export interface RawClient {
  readonly socket: Socket;
  write(bytes: Uint8Array): void;
  send(frame: ClientFrame): void;
  /** Every frame that came, but Pings. */
  readonly received: readonly RelayFrame[];
  /** Of all refusals that came, in their order. */
  readonly refusals: readonly string[];
  next<Type extends RelayFrame["type"]>(
    type: Type,
  ): Promise<Extract<RelayFrame, { readonly type: Type }>>;
  readonly ended: Promise<Ending>;
  /** When the connection itself is gone, too. */
  readonly gone: Promise<void>;
  readonly isGone: boolean;
}

export interface RawOptions {
  /** As a trusted proxy says it. */
  readonly address?: string;
  readonly headers?: readonly string[];
}

const waitMsMax = 15_000;

/** A socket that is connected, and on which nothing was said. */
export const dial = async (port: number): Promise<Socket> => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
};

export const upgradeLines = (port: number, { address, headers = [] }: RawOptions): string[] => [
  `GET ${socketPath} HTTP/1.1`,
  `Host: 127.0.0.1:${port}`,
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  `Sec-WebSocket-Protocol: ${subprotocol}`,
  ...(address === undefined ? [] : [`X-Forwarded-For: ${address}`]),
  ...headers,
  "",
  "",
];

export const openRaw = async (port: number, options: RawOptions = {}): Promise<RawClient> => {
  const socket = await dial(port);
  socket.write(upgradeLines(port, options).join("\r\n"));
  const rest = await readHead(socket);
  return createRawClient(socket, rest);
};

/** Up to the end of the answer's head; what came behind it. */
const readHead = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf("\r\n\r\n");
      if (end === -1) return;
      socket.off("data", onData);
      const status = bytes.toString("latin1", 0, 12);
      if (status === "HTTP/1.1 101") resolve(bytes.subarray(end + 4));
      else reject(new Error(`not let in: ${bytes.toString("latin1")}`));
    };
    socket.on("data", onData);
    socket.once("close", () => reject(new Error("closed before an answer")));
  });

const createRawClient = (socket: Socket, early: Buffer): RawClient => {
  const received: RelayFrame[] = [];
  const refusals: string[] = [];
  const taken = new Set<RelayFrame>();
  const waiting = new Set<() => void>();
  const ending = Promise.withResolvers<Ending>();
  const gone = Promise.withResolvers<undefined>();
  let isGone = false;
  const readFrames = createFrameReader();
  const write = (bytes: Uint8Array): void => void (isGone || socket.write(bytes));
  const send = (frame: ClientFrame): void =>
    write(webSocketFrame({ opcode: Opcode.Binary, payload: encodeClientFrame(frame) }));

  const onMessage = (payload: Buffer): void => {
    const frame = decodeRelayFrame(payload);
    assert(frame.ok, "the relay's frames can be read");
    if (frame.value.type === "Ping") return;
    if (frame.value.type === "Refusal")
      refusals.push(refusalOfNumber(frame.value.number).name ?? "unknown");
    received.push(frame.value);
    for (const look of waiting) look();
  };
  /** Answered with the same: even a hostile client may be gone soon. */
  const onClose = (payload: Buffer): void => {
    write(webSocketFrame({ opcode: Opcode.Close, payload }));
    ending.resolve({
      code: payload.length < 2 ? undefined : payload.readUInt16BE(0),
      reason: payload.toString("utf8", 2),
    });
  };
  const onData = (chunk: Buffer): void => {
    for (const { opcode, payload } of readFrames(chunk))
      if (opcode === Opcode.Binary) onMessage(payload);
      else if (opcode === Opcode.Close) onClose(payload);
  };
  socket.on("data", onData);
  onData(early);
  socket.once("close", () => {
    isGone = true;
    ending.resolve({ code: undefined, reason: "" });
    gone.resolve(undefined);
    for (const look of waiting) look();
  });

  const next: RawClient["next"] = (type) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${type} in time`)), waitMsMax);
      const look = (): void => {
        const found = received.find((frame) => frame.type === type && !taken.has(frame));
        if (found === undefined && !isGone) return;
        clearTimeout(timer);
        waiting.delete(look);
        if (found === undefined) return reject(new Error(`no ${type}: ${refusals.join()}`));
        taken.add(found);
        return resolve(found as Extract<RelayFrame, { readonly type: typeof type }>);
      };
      waiting.add(look);
      look();
    });

  return {
    socket,
    write,
    send,
    received,
    refusals,
    next,
    ended: ending.promise,
    gone: gone.promise,
    get isGone() {
      return isGone;
    },
  };
};
