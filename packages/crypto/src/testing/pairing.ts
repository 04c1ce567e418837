/** Two machines that pair over a wire which a test may hold. */
import type { PairingCode } from "../pairing/code.ts";
import {
  type PairingError,
  type PairingRole,
  type PairingSession,
  type PairingState,
  pairingStep,
  startPairing,
} from "../pairing/handshake.ts";
import type { RandomBytes } from "../random.ts";
import { assert } from "../result.ts";

interface Deps {
  readonly randomBytes: RandomBytes;
}

/** One side, step by step: `states[n]` is what it was when it had read n messages and sent n + 1. */
export interface Side {
  readonly states: readonly PairingState[];
  readonly sent: readonly Uint8Array[];
  readonly error: PairingError | undefined;
}

export const startSide = (deps: Deps, role: PairingRole, code: PairingCode): Side => {
  const { state, send } = startPairing(deps, role, code);
  return { states: [state], sent: send === undefined ? [] : [send], error: undefined };
};

export const stateOf = ({ states }: Side): PairingState => {
  const state = states.at(-1);
  assert(state !== undefined, "a side has started");
  return state;
};

/** A side that has refused hears nothing more. */
export const hear = (deps: Deps, side: Side, message: Uint8Array | undefined): Side => {
  if (side.error !== undefined || message === undefined) return side;
  const stepped = pairingStep(deps, stateOf(side), message);
  if (!stepped.ok) return { ...side, error: stepped.error };
  const { state, send } = stepped.value;
  return {
    states: [...side.states, state],
    sent: send === undefined ? side.sent : [...side.sent, send],
    error: undefined,
  };
};

export const hearAll = (deps: Deps, side: Side, messages: readonly Uint8Array[]): Side =>
  messages.reduce((heard, message) => hear(deps, heard, message), side);

/** What a side came to, in words. */
export const endOf = (side: Side): string => {
  const { error } = side;
  if (error === undefined) return stateOf(side).kind;
  return error.type === "PairingRefused" ? `refused ${error.at}: ${error.why}` : error.type;
};

export const sessionOf = (side: Side): PairingSession => {
  const state = stateOf(side);
  assert(state.kind === "paired", `paired, not ${endOf(side)}`);
  return state.session;
};

/** Carries every message to the other side, in step, until both have said all. */
export const meet = (deps: Deps, [left, right]: readonly [Side, Side]): readonly [Side, Side] => {
  let [one, other] = [left, right];
  for (let step = 0; step < 4; step++) {
    const [fromOne, fromOther] = [one.sent[step], other.sent[step]];
    one = hear(deps, one, fromOther);
    other = hear(deps, other, fromOne);
  }
  return [one, other];
};

/** Joiner and approver who share a code, paired. */
export const pair = (deps: Deps, code: PairingCode): readonly [Side, Side] =>
  meet(deps, [startSide(deps, "joiner", code), startSide(deps, "approver", code)]);
