/** Identity logs: docs/protocol.md §3.1 and §3.2. */
import {
  applyIdentityRecord,
  currentGeneration,
  type IdentityState,
  type LogError,
} from "../../../packages/crypto/src/logs/identityLog.ts";
import { decodeRecord, type RecordError } from "../../../packages/crypto/src/logs/record.ts";
import { err, ok, type Result } from "../../../packages/crypto/src/result.ts";
import { type Fill, filledWithDevices } from "../fill.ts";
import { bytesOf, type Hex, hexOf, type Json, jsonOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

/** Records are applied in this order: of the base, those before, the one in question. */
export interface IdentityLogInput {
  /** A log of the table, and how many of its records are taken. */
  readonly base: string;
  readonly take: number;
  /** Records that hold and stand in no log of the table. */
  readonly before?: readonly Hex[];
  readonly fill?: Fill;
  /** Where there is none, the last one before it is meant. */
  readonly record?: Hex;
}

export interface IdentityLogTables {
  readonly logs: Readonly<Record<string, readonly Hex[]>>;
}

interface Staged<E> {
  readonly stage: "decode" | "apply";
  readonly error: E;
}

export const applyIdentityHex = (
  state: IdentityState | undefined,
  record: Hex,
): Result<IdentityState, Staged<RecordError | LogError>> => {
  const decoded = decodeRecord(bytesOf(record));
  if (!decoded.ok) return err({ stage: "decode", error: decoded.error });
  const next = applyIdentityRecord(state, decoded.value);
  return next.ok ? ok(next.value) : err({ stage: "apply", error: next.error });
};

/** Every state of a log that holds. */
export const identityStates = (records: readonly Hex[]): readonly IdentityState[] => {
  const states: IdentityState[] = [];
  for (const record of records) {
    const next = applyIdentityHex(states.at(-1), record);
    if (!next.ok) throw new TypeError(`a log of the table is refused: ${next.error.error.type}`);
    states.push(next.value);
  }
  return states;
};

export const describeIdentity = (state: IdentityState): Json =>
  jsonOf({
    user: state.user,
    head: state.head,
    devices: [...state.devices.values()].map(({ id, scope, addedBy, revokedAt, expiresAtMs }) => ({
      device: id,
      scope,
      addedBy,
      revokedAt,
      expiresAtMs,
    })),
    generation: currentGeneration(state).generation,
    commitment: hexOf(currentGeneration(state).commitment),
    boxedTo: [...currentGeneration(state).boxes.keys()],
  });

export const runIdentityLog = (input: IdentityLogInput, { logs }: IdentityLogTables): Ran => {
  const { base, take, before = [], fill, record } = input;
  const records = [...(logs[base] ?? []).slice(0, take), ...before];
  const start = identityStates(records).at(-1);
  const state = fill === undefined || start === undefined ? start : filledWithDevices(start, fill);
  if (record === undefined)
    return state === undefined ? accepted() : accepted(describeIdentity(state));
  const next = applyIdentityHex(state, record);
  return next.ok
    ? accepted(describeIdentity(next.value))
    : refused(next.error.error, next.error.stage);
};
