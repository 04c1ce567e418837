/** A server of sockets on loopback that does what a test tells it to. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { assert } from "@duro/crypto/types";
import { type WebSocket, WebSocketServer } from "ws";
import { socketPath, subprotocol } from "@duro/protocol";
import type { FarSocket, TransportPlace } from "./transport.contract.ts";
import type { TestCertificate } from "./testCertificate.ts";

export interface SocketServer extends Omit<TransportPlace, "transport"> {
  readonly port: number;
  /** The requests that asked for a socket. */
  readonly asked: readonly IncomingMessage[];
  /** The library's own, of the connection that came last. */
  last(): WebSocket;
}

export interface SocketServerOptions {
  readonly tls?: TestCertificate;
  /** Says something else than yes; whoever writes it ends the stream. */
  readonly refuse?: (stream: Duplex) => void;
  /** What it chooses; false: nothing. */
  readonly chooses?: string | false;
}

export const startSocketServer = async ({
  tls,
  refuse,
  chooses = subprotocol,
}: SocketServerOptions = {}): Promise<SocketServer> => {
  const asked: IncomingMessage[] = [];
  const accepted: { readonly socket: WebSocket; readonly far: FarSocket }[] = [];
  const streams = new Set<Duplex>();
  let wake = (): void => {};
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    handleProtocols: () => chooses,
  });
  const server: Server =
    tls === undefined
      ? createServer()
      : createSecureServer({ cert: tls.certificate, key: tls.key });
  server.on("connection", (stream: Duplex) => {
    streams.add(stream);
    // Whoever has heard enough of a refusal hangs up in the middle of it.
    stream.on("error", () => {});
  });
  server.on("upgrade", (request, stream: Duplex, head: Buffer) => {
    asked.push(request);
    if (refuse !== undefined) return refuse(stream);
    assert(request.url === socketPath, "the socket's own path");
    return sockets.handleUpgrade(request, stream, head, (socket) => {
      accepted.push({ socket, far: farSocketOf(socket) });
      wake();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  assert(typeof address === "object" && address !== null, "it listens on a port");
  const last = () => {
    const newest = accepted.at(-1);
    assert(newest !== undefined, "somebody has come");
    return newest;
  };
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${address.port}`,
    port: address.port,
    asked,
    last: () => last().socket,
    accepted: async () => {
      if (accepted.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return last().far;
    },
    stop: async () => {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};

const farSocketOf = (socket: WebSocket): FarSocket => {
  const received: Uint8Array[] = [];
  let closedWith: number | undefined;
  socket.on("message", (data) => {
    if (Buffer.isBuffer(data)) received.push(new Uint8Array(data));
  });
  socket.on("close", (code) => {
    closedWith = code;
  });
  return {
    received,
    get closedWith() {
      return closedWith;
    },
    send: (bytes) => socket.send(bytes),
    sendText: (text) => socket.send(text),
    close: (code) => socket.close(code),
    cut: () => socket.terminate(),
  };
};
