/**
 * The rim around one socket: feeds the pure machine of `relayStep` and performs what it wants, in order.
 * Everything that can fail comes back as input.
 */
import {
  decodeClientFrame,
  encodeEnvelopesFrame,
  encodeRelayFrame,
  limits,
  type LoginNonce,
  openRelayConnection,
  type PreparedRun,
  type RelayConnection,
  type RelayEffect,
  type RelayInput,
  relayStep,
  refusals,
} from "@duro/protocol";
import type { EffectWorker } from "./effects.ts";
import type { RelayContext } from "./context.ts";

/** What the rim needs of a WebSocket. */
export interface RelaySocket {
  send(bytes: Uint8Array, onSent: () => void): void;
  close(code: number, reason: string): void;
  /** At once, without a word. */
  terminate(): void;
  readonly bufferedAmount: number;
}

export interface Connection {
  onMessage(bytes: Uint8Array): void;
  onText(): void;
  /** A ping or pong of the WebSocket itself. */
  onControlFrame(): void;
  onClosed(): void;
  take(input: RelayInput): void;
  readonly isReady: boolean;
}

/** No close code of the protocol: the client said Bye, or nobody reads. */
const closeNormal = 1000;

/** A frame that goes to many is made once: runs are the same list, so the bytes are the same. */
const framesByRuns = new WeakMap<readonly PreparedRun[], Map<number, Uint8Array>>();

const frameOf = ({ channel, position, runs }: Extract<RelayEffect, { kind: "sendRuns" }>) => {
  const made = framesByRuns.get(runs) ?? new Map<number, Uint8Array>();
  framesByRuns.set(runs, made);
  const known = made.get(channel);
  if (known !== undefined) return known;
  const frame = encodeEnvelopesFrame(channel, position, runs);
  made.set(channel, frame);
  return frame;
};

export const createConnection = (
  context: RelayContext,
  createWorker: (connection: Connection, nonce: LoginNonce, key: symbol) => EffectWorker,
  socket: RelaySocket,
  nonce: LoginNonce,
): Connection => {
  const { nowMs, metrics, self } = context;
  const key = Symbol("connection");
  const opened = openRelayConnection({ self, key, nonce }, nowMs());
  let state: RelayConnection = opened.state;
  const waiting: RelayInput[] = [];
  let isTaking = false;
  let isClosed = false;
  let isOverBuffer = false;

  const noteBuffer = (): void => {
    const byteLength = socket.bufferedAmount;
    const isOver = byteLength > limits.bufferedByteLengthMax;
    // Told when it crosses a line, not with every frame.
    if (isOver || (isOverBuffer && byteLength <= limits.bufferedByteLengthMax / 2)) {
      isOverBuffer = isOver;
      take({ kind: "buffered", byteLength });
    }
  };

  const onSent = (): void => {
    if (isOverBuffer && !isClosed) noteBuffer();
  };

  const send = (bytes: Uint8Array): void => {
    metrics.sentByteLength(bytes.length);
    socket.send(bytes, onSent);
    // At once: what comes live next in this very turn finds the connection slow.
    if (socket.bufferedAmount > limits.bufferedByteLengthMax) noteBuffer();
  };

  const perform = (effect: RelayEffect): void => {
    switch (effect.kind) {
      case "send":
        metrics.frameOut(effect.frame.type);
        if (effect.frame.type === "Refusal") metrics.refused(effect.frame.number);
        return send(encodeRelayFrame(effect.frame));
      case "sendRuns":
        metrics.frameOut("Envelopes");
        return send(frameOf(effect));
      case "close":
        return close(effect.refusal);
      case "appendRecord":
      case "checkLogin":
      case "closeMailbox":
      case "closeVault":
      case "dropBlob":
      case "grantToken":
      case "joinMailbox":
      case "openMailbox":
      case "openVault":
      case "passPresence":
      case "putRun":
      case "readBodies":
      case "readLog":
      case "readPage":
      case "sendToMailbox":
        return worker.perform(effect);
    }
  };

  const close = (refusal: Extract<RelayEffect, { kind: "close" }>["refusal"]): void => {
    if (isClosed) return;
    isClosed = true;
    worker.end();
    const isStuck = socket.bufferedAmount > limits.bufferedByteLengthMax;
    if (isStuck) return socket.terminate();
    const code = refusal === undefined ? undefined : refusals[refusal].closeCode;
    socket.close(code ?? closeNormal, refusal ?? "");
  };

  /** One input after the other: what an effect answers at once waits for the effects beside it. */
  const take = (input: RelayInput): void => {
    waiting.push(input);
    if (isTaking) return;
    isTaking = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (isClosed) continue;
        const step = relayStep(state, next, nowMs());
        state = step.state;
        for (const effect of step.effects) perform(effect);
      }
    } catch (cause) {
      // A bug, and half of a step was done: it costs this connection, and nobody else's.
      context.onFailure("connection", cause);
      close("Internal");
    } finally {
      waiting.length = 0;
      isTaking = false;
    }
  };

  const connection: Connection = {
    onMessage: (bytes) => {
      // Told why, and sending on: it costs no more than its bytes.
      if (isClosed) return undefined;
      metrics.receivedByteLength(bytes.length);
      const frame = decodeClientFrame(bytes);
      if (!frame.ok) return take({ kind: "frameRefused", error: frame.error });
      metrics.frameIn(frame.value.type);
      return take({ kind: "frame", frame: frame.value, byteLength: bytes.length });
    },
    onText: () => take({ kind: "frameRefused", error: { type: "FrameIsText" } }),
    onControlFrame: () => take({ kind: "controlFrame" }),
    onClosed: () => {
      if (isClosed) return;
      isClosed = true;
      worker.end();
    },
    take,
    get isReady() {
      return state.session.kind === "ready";
    },
  };
  const worker = createWorker(connection, nonce, key);
  for (const effect of opened.effects) perform(effect);
  return connection;
};
