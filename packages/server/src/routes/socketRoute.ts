/** The WebSocket: who is let in, and the wire between `ws` and a connection of the relay. */
import websocket from "@fastify/websocket";
import { limits, refusals, socketPath, subprotocol } from "@duro/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { isOriginAllowed } from "../http/origins.ts";
import type { Leave } from "../relay/admission.ts";
import type { Connection, RelaySocket } from "../relay/connection.ts";
import type { LoginCheck } from "../relay/loginCheck.ts";
import { refuse } from "./refuse.ts";
import { closeDeaf, closeInTime, watchGreeting } from "./socketGuard.ts";

export interface SocketDeps {
  connect(socket: RelaySocket, checkLogin: LoginCheck): Connection;
  disconnected(connection: Connection): void;
  /** Knows the hosts that a login may be signed for; the one that was dialled is tried first. */
  loginCheckFor(dialledHost: string | undefined): LoginCheck;
  origins(): ReadonlySet<string>;
  /** False: this address has as many sockets as it may, or opens them too fast. */
  admit(address: string): Leave | undefined;
  isStopping(): boolean;
}

/** What stands around the largest frame: the masks and lengths of at most eight fragments. */
const fragmentCountMax = 8;
/** A message of the largest size that comes in packets of 1,200 bytes still fits. */
const chunkCountMax = 2_048;

/** What no client does that works as it should. */
const faultCodes: ReadonlySet<number> = new Set(
  [
    refusals.MalformedFrame,
    refusals.FrameTooLarge,
    refusals.UnsupportedFrame,
    refusals.ProtocolOrder,
    refusals.CreditExceeded,
    refusals.Overloaded,
  ].map(({ closeCode }) => closeCode),
);

/** How the library begins what it says of bytes that are no WebSocket. */
const libraryFault = "WS_ERR_";

const offersUs = ({ headers }: FastifyRequest): boolean =>
  (headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .some((offered) => offered.trim() === subprotocol);

export const socketRoute = async (app: FastifyInstance, deps: SocketDeps): Promise<void> => {
  await app.register(websocket, {
    options: {
      // One byte more, so that a frame that is too large is refused by name and not by the library.
      maxPayload: limits.frameByteLengthMax + 1,
      perMessageDeflate: false,
      maxFragments: fragmentCountMax,
      maxBufferedChunks: chunkCountMax,
      clientTracking: false,
      // One message of each socket in a turn: whoever sends many at once does not hold up the others.
      allowSynchronousEvents: false,
      handleProtocols: () => subprotocol,
    },
    errorHandler: (_, socket) => socket.terminate(),
  });
  app.route({
    method: "GET",
    url: socketPath,
    preValidation: async (request, reply) => mayUpgrade(deps, request, reply),
    handler: async (_, reply) => refuse(reply, "VersionUnsupported", { subprotocol }),
    wsHandler: (socket, request) => serve(deps, socket, request),
  });
};

const mayUpgrade = (
  deps: SocketDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined => {
  if (deps.isStopping()) return refuse(reply, "ShuttingDown");
  if (!isOriginAllowed(request.headers.origin, deps.origins()))
    return refuse(reply, "OriginRefused");
  if (!offersUs(request)) return refuse(reply, "VersionUnsupported", { subprotocol });
  return undefined;
};

const serve = (deps: SocketDeps, socket: WebSocket, request: FastifyRequest): void => {
  const leave = deps.admit(request.ip);
  if (leave === undefined) {
    closeDeaf(socket, refusals.TooManyConnections.closeCode, "TooManyConnections");
    return;
  }
  // Above the largest envelope a proxy or a phone may need long; the heartbeat looks after the rest.
  request.raw.socket.setTimeout(0);
  request.raw.socket.setNoDelay(true);
  let isAtFault = false;
  const onClosing = (code: number): void => {
    isAtFault ||= faultCodes.has(code);
  };
  const connection = deps.connect(
    socketOf(socket, request.raw.socket, onClosing),
    deps.loginCheckFor(request.headers.host),
  );
  socket.on("message", (data, isBinary) => {
    if (!isBinary) return connection.onText();
    // One buffer each, as the library is left at its default.
    if (Buffer.isBuffer(data)) connection.onMessage(data);
    return undefined;
  });
  socket.on("ping", () => connection.onControlFrame());
  socket.on("pong", () => connection.onControlFrame());
  watchGreeting(socket, request.raw.socket, connection);
  // A broken frame, or one beyond the limits: the library closes, and `close` follows.
  socket.on("error", (error) => {
    isAtFault ||=
      "code" in error && typeof error.code === "string" && error.code.startsWith(libraryFault);
  });
  socket.on("close", () => {
    leave(isAtFault);
    deps.disconnected(connection);
  });
};

/** What one connection is sent in a turn leaves in one write: the system call is what costs. */
const socketOf = (
  socket: WebSocket,
  stream: Socket,
  onClosing: (code: number) => void,
): RelaySocket => {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    stream.uncork();
  };
  return {
    send: (bytes, onSent) => {
      if (!isCorked) {
        isCorked = true;
        stream.cork();
        process.nextTick(uncork);
      }
      socket.send(bytes, onSent);
    },
    close: (code, reason) => {
      onClosing(code);
      closeInTime(socket, code, reason);
    },
    terminate: () => socket.terminate(),
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
  };
};
