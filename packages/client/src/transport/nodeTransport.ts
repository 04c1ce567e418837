/** Sockets of Node, by `ws`. */
import { limits, subprotocol } from "@duro/protocol";
import { WebSocket } from "ws";
import { type NodeNetwork, createAgents } from "../http/agents.ts";
import { errorCodeOf } from "../http/errorCode.ts";
import type { Socket, SocketClosed, SocketEvents, Transport } from "../ports/transport.ts";
import { refusalOfCloseCode } from "./closeCode.ts";
import { noSocket, notAnAddress } from "./noSocket.ts";
import { readRefusedUpgrade } from "./refusedUpgrade.ts";
import { socketUrlOf } from "./socketUrl.ts";

/** A relay sends a message in one fragment; what stands between may cut one in a few. */
const fragmentCountMax = 8;
/** The largest message fits in packets of 200 bytes, which no line has; each costs its own bookkeeping. */
const chunkCountMax = 8_192;
/** The engine ends a dial by its own clock; this is for a tunnel that has left its sight. */
const handshakeTimeoutMs = 60_000;
/** What was sent before has this long to leave. */
const closeTimeoutMs = 5_000;

export const createNodeTransport = (network: NodeNetwork = {}): Transport => {
  const agentFor = createAgents(network, { keepAlive: false });
  return {
    dial: (relayUrl, events) => {
      const url = socketUrlOf(relayUrl);
      if (url === undefined) return noSocket(events, notAnAddress);
      try {
        return follow(openSocket(url, agentFor), events);
      } catch (cause) {
        return noSocket(events, errorCodeOf(cause));
      }
    },
  };
};

/** A name of its own, since the library's types do not know all that it takes. */
const limitsOfLibrary = {
  perMessageDeflate: false,
  followRedirects: false,
  maxPayload: limits.frameByteLengthMax,
  maxFragments: fragmentCountMax,
  maxBufferedChunks: chunkCountMax,
  handshakeTimeout: handshakeTimeoutMs,
  closeTimeout: closeTimeoutMs,
};

const openSocket = (url: string, agentFor: ReturnType<typeof createAgents>): WebSocket =>
  new WebSocket(url, subprotocol, { ...limitsOfLibrary, agent: agentFor(url) });

const follow = (socket: WebSocket, events: SocketEvents): Socket => {
  let hasOpened = false;
  let isClosing = false;
  let why: Omit<SocketClosed, "code"> = {
    status: undefined,
    refusal: undefined,
    failure: undefined,
  };
  socket.on("open", () => {
    hasOpened = true;
    events.onOpen();
  });
  socket.on("message", (data, isBinary) => {
    if (isClosing) return;
    if (!isBinary) events.onText();
    // One buffer each, as the library is left at its default.
    else if (Buffer.isBuffer(data)) events.onMessage(viewOf(data));
  });
  socket.on("unexpected-response", (_, response) => {
    why = { ...why, status: response.statusCode };
    void readRefusedUpgrade(response).then((refusal) => {
      why = { ...why, refusal };
      return socket.terminate();
    });
  });
  socket.on("error", (error) => {
    // What the library says of an end that we made is no failure.
    if (!isClosing && why.status === undefined) why = { ...why, failure: errorCodeOf(error) };
  });
  socket.on("close", (closeCode) => {
    const code = hasOpened ? closeCode : undefined;
    events.onClosed({ ...why, code, refusal: why.refusal ?? refusalOfCloseCode(code) });
  });
  return {
    send: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
    },
    close: () => {
      isClosing = true;
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
      else socket.close(normalClosure);
    },
    get bufferedByteLength() {
      return socket.bufferedAmount;
    },
  };
};

/** RFC 6455 §7.4.1. */
const normalClosure = 1_000;

/** Not a Buffer: its `slice` would be a view again. */
const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
