/** Frames that keep a connection alive and bounded, the same in both directions, and the last one. */
import type { Reader, Writer } from "@duro/crypto/types";

export interface Ping {
  readonly type: "Ping";
  /** Comes back in the Pong. */
  readonly count: number;
}

export const writePing = (to: Writer, frame: Ping): void => to.varUint(frame.count);
export const readPing = (from: Reader): Ping => ({ type: "Ping", count: from.varUint() });

export interface Pong {
  readonly type: "Pong";
  readonly count: number;
}

export const writePong = (to: Writer, frame: Pong): void => to.varUint(frame.count);
export const readPong = (from: Reader): Pong => ({ type: "Pong", count: from.varUint() });

/** The receiver has room for that much more. A client begins with what the Welcome says, a relay with nothing. */
export interface Credit {
  readonly type: "Credit";
  readonly byteLength: number;
}

export const writeCredit = (to: Writer, frame: Credit): void => to.varUint(frame.byteLength);
export const readCredit = (from: Reader): Credit => ({
  type: "Credit",
  byteLength: from.varUint(),
});

/** The client leaves on purpose: nobody needs to wait for it. */
export interface Bye {
  readonly type: "Bye";
}

export const writeBye = (): void => {};
export const readBye = (): Bye => ({ type: "Bye" });
