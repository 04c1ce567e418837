/** A device that is logged in, over a bare socket: real frames, and whoever measures reads them itself. */
import { assert } from "@duro/crypto/types";
import {
  type ClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  loginNonces,
  type RelayFrame,
  socketPath,
  subprotocol,
} from "@duro/protocol";
import type { DeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { signLogin } from "../../../packages/crypto/src/login.ts";
import { RelayTag } from "../../../packages/protocol/src/wire/tags.ts";
import { openRawSocket, type RawSocket, toWebSocketFrame } from "./rawSocket.ts";

type Frame<Type extends RelayFrame["type"]> = Extract<RelayFrame, { type: Type }>;

export interface Session {
  readonly socket: RawSocket;
  send(frame: ClientFrame): void;
  /** Waits for `count` frames of a type; what else comes meanwhile is dropped. */
  next<Type extends RelayFrame["type"]>(type: Type, count?: number): Promise<Frame<Type>>;
  /** Takes over what comes, still encoded, but Pings. */
  listen(onFrame: (frame: Buffer) => void): void;
}

export const decoded = (bytes: Uint8Array): RelayFrame => {
  const frame = decodeRelayFrame(bytes);
  assert(frame.ok, "the relay's frames can be read");
  if (frame.value.type === "Refusal") throw new Error(`refused: ${JSON.stringify(frame.value)}`);
  return frame.value;
};

export const framed = (frame: ClientFrame): Buffer => toWebSocketFrame(encodeClientFrame(frame));

/** Whoever stays away for longer than this is not slow but lost. */
const answerMsMax = 60_000;

const createSession = (socket: RawSocket): Session => {
  const send = (frame: ClientFrame): void => socket.write(framed(frame));
  const early: Buffer[] = [];
  let onFrame: (frame: Buffer) => void = (bytes) => early.push(Buffer.from(bytes));
  socket.listen((bytes) => {
    if (bytes[0] !== RelayTag.Ping) return onFrame(bytes);
    const ping = decoded(bytes);
    if (ping.type === "Ping") send({ type: "Pong", count: ping.count });
    return undefined;
  });
  const listen: Session["listen"] = (listener) => {
    onFrame = listener;
    for (const bytes of early.splice(0)) listener(bytes);
  };
  return {
    socket,
    send,
    listen,
    next: <Type extends RelayFrame["type"]>(type: Type, count = 1) =>
      new Promise<Frame<Type>>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${type} in time`)), answerMsMax);
        let left = count;
        listen((bytes) => {
          const frame = decoded(bytes);
          if (frame.type !== type || (left -= 1) > 0) return;
          clearTimeout(timer);
          onFrame = (later) => early.push(Buffer.from(later));
          resolve(frame as Frame<Type>); // the type was compared just now
        });
      }),
  };
};

export const openSession = async (url: string, device: DeviceKeys): Promise<Session> => {
  const session = createSession(await openRawSocket(new URL(socketPath, url), subprotocol));
  const { relayKey, nonce } = await session.next("Challenge");
  const nowMs = Date.now();
  const signature = signLogin(device.signSecret, {
    relayHost: new URL(url).host,
    relayKey,
    relayNonce: loginNonces.toBytes(nonce),
    device: device.id,
    nowMs,
  });
  session.send({ type: "Login", device: device.id, nowMs, signature, clientVersion: "bench 1" });
  await session.next("Welcome");
  return session;
};

/** Signatures on both sides: more at once only wait for each other. */
const openingAtOnce = 16;

export const openSessions = async (
  url: string,
  devices: readonly DeviceKeys[],
): Promise<readonly Session[]> => {
  const sessions: Session[] = [];
  for (let at = 0; at < devices.length; at += openingAtOnce)
    sessions.push(
      ...(await Promise.all(
        devices.slice(at, at + openingAtOnce).map((device) => openSession(url, device)),
      )),
    );
  return sessions;
};
