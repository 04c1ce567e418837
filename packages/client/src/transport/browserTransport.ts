/** Sockets of the platform. It tells nobody why a dial failed, nor what was answered instead. */
import { limits, subprotocol } from "@duro/protocol";
import { errorCodeOf } from "../http/errorCode.ts";
import type { Socket, SocketEvents, Transport } from "../ports/transport.ts";
import { refusalOfCloseCode } from "./closeCode.ts";
import { noSocket, notAnAddress } from "./noSocket.ts";
import { socketUrlOf } from "./socketUrl.ts";

export type WebSocketClass = new (url: string, protocol: string) => WebSocket;

export const createBrowserTransport = (platformSocket: WebSocketClass = WebSocket): Transport => ({
  dial: (relayUrl, events) => {
    const url = socketUrlOf(relayUrl);
    if (url === undefined) return noSocket(events, notAnAddress);
    try {
      return follow(new platformSocket(url, subprotocol), events);
    } catch (cause) {
      // A page of https may not dial without TLS.
      return noSocket(events, errorCodeOf(cause));
    }
  },
});

const follow = (socket: WebSocket, events: SocketEvents): Socket => {
  let hasOpened = false;
  let isClosing = false;
  const close = (code: number): void => {
    isClosing = true;
    socket.close(code);
  };
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => {
    if (isClosing) return;
    hasOpened = true;
    events.onOpen();
  });
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (isClosing) return;
    if (!(data instanceof ArrayBuffer)) events.onText();
    // The platform has no bound of its own.
    else if (data.byteLength > limits.frameByteLengthMax) close(messageTooBig);
    else events.onMessage(new Uint8Array(data));
  });
  socket.addEventListener("close", ({ code: closeCode }) => {
    const code = hasOpened ? closeCode : undefined;
    const refusal = refusalOfCloseCode(code);
    events.onClosed({ code, status: undefined, refusal, failure: undefined });
  });
  return {
    send: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(new Uint8Array(bytes));
    },
    close: () => close(normalClosure),
    get bufferedByteLength() {
      return socket.bufferedAmount;
    },
  };
};

/** RFC 6455 §7.4.1; but for the first of all, a page may say only codes from 3000 on. */
const normalClosure = 1_000;
/** The private range: what is logged of it has only to differ. */
const messageTooBig = 4_009;
