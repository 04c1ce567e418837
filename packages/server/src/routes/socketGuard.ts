/** What holds a socket down whose client does not play by the rules: how much it may keep here, how long. */
import { limits } from "@duro/protocol";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Connection } from "../relay/connection.ts";

/**
 * Before its login a client sends a Login or messages of a pairing. What it may send without coming to
 * the end of a frame is more than those, and far less than the largest envelope.
 */
const greetingByteLengthMax = 4 * limits.pairingMessageByteLengthMax;

/** Whoever is told why answers with a close of its own, also on a slow line; who does not is cut off. */
const closingMsMax = 5_000;
/** What was written is on its way by then. */
const lingerMs = 500;

const endWithin = (socket: WebSocket, ms: number): void => {
  const timer = setTimeout(() => socket.terminate(), ms);
  socket.once("close", () => clearTimeout(timer));
};

export const closeInTime = (socket: WebSocket, code: number, reason: string): void => {
  socket.close(code, reason);
  endWithin(socket, closingMsMax);
};

/** Told why, and nothing more is taken in. */
export const closeDeaf = (socket: WebSocket, code: number, reason: string): void => {
  socket.pause();
  socket.close(code, reason);
  endWithin(socket, lingerMs);
};

/** Nobody who is not logged in makes the relay keep a megabyte of a frame that never ends. */
export const watchGreeting = (socket: WebSocket, stream: Socket, connection: Connection): void => {
  let unfinishedByteLength = 0;
  let hasFinished = false;
  const onMessage = (): void => {
    hasFinished = true;
  };
  const leave = (): void => {
    stream.off("data", onData);
    socket.off("message", onMessage);
  };
  // Behind the library's own: of a message that ends in this chunk we know by now.
  const onData = (chunk: Buffer): void => {
    if (connection.isReady) return leave();
    unfinishedByteLength = hasFinished ? 0 : unfinishedByteLength + chunk.length;
    hasFinished = false;
    if (unfinishedByteLength <= greetingByteLengthMax) return undefined;
    leave();
    const byteLength = unfinishedByteLength;
    const byteLengthMax = greetingByteLengthMax;
    stream.pause();
    connection.take({
      kind: "frameRefused",
      error: { type: "FrameTooLarge", byteLength, byteLengthMax },
    });
    return endWithin(socket, lingerMs);
  };
  socket.on("message", onMessage);
  stream.on("data", onData);
};
