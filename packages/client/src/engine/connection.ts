/** The rim around `clientStep`: owns the socket and the one timer, and does what the machine says, in order. */
import type { RandomBytes } from "@duro/crypto";
import {
  type ClientConnection,
  type ClientEffect,
  type ClientInput,
  clientStep,
  decodeRelayFrame,
  openClientConnection,
} from "@duro/protocol";
import type { Clock } from "../ports/clock.ts";
import type { Socket, Transport } from "../ports/transport.ts";

export interface Connection {
  input(input: ClientInput): void;
  /** Somebody wants it now, or the machine is awake again: dials sooner, or asks whether the socket lives. */
  online(): void;
  readonly state: ClientConnection;
  /** Says Bye, closes the socket and takes the timer back. */
  close(): void;
}

export interface ConnectionDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly url: string;
  /** Name and version of the program. */
  readonly program: string;
  /** What is for the engine; the rest is done here. */
  readonly onEffect: (effect: EngineEffect) => void;
  /** A bug: it costs the connection and nothing else. */
  readonly onFailure: (cause: unknown) => void;
}

export type EngineEffect = Exclude<
  ClientEffect,
  { kind: "dial" } | { kind: "hangUp" } | { kind: "send" } | { kind: "wakeAt" }
>;

const jitterSteps = 2 ** 32;

export const createConnection = (deps: ConnectionDeps): Connection => {
  const { transport, clock, randomBytes, url } = deps;
  let state = openClientConnection(deps.program, clock.nowMs());
  let socket: Socket | undefined;
  let takeBack: (() => void) | undefined;
  const waiting: ClientInput[] = [];
  let isTaking = false;

  const jitter = (): number => {
    const bytes = randomBytes(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / jitterSteps;
  };

  const dial = (): void => {
    const mine = transport.dial(url, {
      onOpen: () => {
        if (socket === mine) take({ kind: "opened" });
      },
      onMessage: (bytes) => {
        if (socket !== mine) return;
        const frame = decodeRelayFrame(bytes);
        take(
          frame.ok
            ? { kind: "frame", frame: frame.value, byteLength: bytes.length }
            : { kind: "frameRefused", error: frame.error },
        );
      },
      onText: () => {
        if (socket === mine) take({ kind: "frameRefused", error: { type: "FrameIsText" } });
      },
      onClosed: ({ refusal }) => {
        if (socket !== mine) return;
        socket = undefined;
        take({ kind: "closed", why: { refusal }, jitter: jitter() });
      },
    });
    socket = mine;
  };

  const wakeAt = (atMs: number | undefined): void => {
    takeBack?.();
    takeBack =
      atMs === undefined
        ? undefined
        : clock.after(Math.max(0, atMs - clock.nowMs()), () => take({ kind: "tick" }));
  };

  const hangUp = (): void => {
    socket?.close();
    socket = undefined;
    take({ kind: "closed", why: {}, jitter: jitter() });
  };

  const perform = (effect: ClientEffect): void => {
    if (effect.kind === "dial") dial();
    else if (effect.kind === "hangUp") hangUp();
    else if (effect.kind === "send") socket?.send(effect.bytes);
    else if (effect.kind === "wakeAt") wakeAt(effect.atMs);
    else deps.onEffect(effect);
  };

  /** One input after the other: what an effect answers at once waits for the effects beside it. */
  const take = (input: ClientInput): void => {
    waiting.push(input);
    if (isTaking) return;
    isTaking = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const step = clientStep(state, next, clock.nowMs());
        state = step.state;
        for (const effect of step.effects) perform(effect);
      }
    } catch (cause) {
      waiting.length = 0;
      deps.onFailure(cause);
    } finally {
      isTaking = false;
    }
  };

  return {
    input: take,
    online: () => take({ kind: "online", jitter: jitter() }),
    get state() {
      return state;
    },
    close: () => {
      take({ kind: "stop" });
      takeBack?.();
      socket?.close();
      socket = undefined;
    },
  };
};
