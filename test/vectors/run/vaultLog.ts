/** Vault logs: docs/protocol.md §3.1 and §3.3. */
import type { IdentityState } from "../../../packages/crypto/src/logs/identityLog.ts";
import { decodeRecord, type RecordError } from "../../../packages/crypto/src/logs/record.ts";
import { applyVaultRecord } from "../../../packages/crypto/src/logs/vaultLog.ts";
import {
  currentEpoch,
  type IdentityAt,
  type VaultLogError,
  type VaultState,
} from "../../../packages/crypto/src/logs/vaultState.ts";
import { err, ok, type Result } from "../../../packages/crypto/src/result.ts";
import { type Fill, filledWithMembers } from "../fill.ts";
import { bytesOf, type Hex, hexOf, type Json, jsonOf, type Ran } from "../format.ts";
import { identityStates } from "./identityLog.ts";
import { type VaultKeyInput, vaultKeyOf } from "./keys.ts";
import { accepted, refused } from "./ran.ts";

/** Records are applied in this order: of the base, those before, the one in question. */
export interface VaultLogInput {
  /** A log of the table, and how many of its records are taken. */
  readonly base: string;
  readonly take: number;
  /** Records that hold and stand in no log of the table. */
  readonly before?: readonly Hex[];
  readonly fill?: Fill & { readonly author: string; readonly vaultKey: VaultKeyInput };
  /** Where there is none, the last one before it is meant. */
  readonly record?: Hex;
}

/** A branch of a log follows on the whole of another. */
export interface IdentityLogEntry {
  readonly behind?: string;
  readonly records: readonly Hex[];
}

export interface VaultLogTables {
  /** All of them are here in every case. */
  readonly identityLogs: Readonly<Record<string, IdentityLogEntry>>;
  readonly logs: Readonly<Record<string, readonly Hex[]>>;
}

type IdentityLogs = VaultLogTables["identityLogs"];

const recordsOf = (identityLogs: IdentityLogs, name: string): readonly Hex[] => {
  const entry = identityLogs[name];
  if (entry === undefined) throw new RangeError(`the table has no identity log ${name}`);
  const { behind, records } = entry;
  return behind === undefined ? records : [...recordsOf(identityLogs, behind), ...records];
};

/** Read once for each table: a file has a hundred cases and one table. */
const known = new WeakMap<IdentityLogs, Readonly<Record<string, readonly IdentityState[]>>>();

export const identitiesOf = (
  identityLogs: IdentityLogs,
): Readonly<Record<string, readonly IdentityState[]>> => {
  const before = known.get(identityLogs);
  if (before !== undefined) return before;
  const read = Object.fromEntries(
    Object.keys(identityLogs).map((name) => [name, identityStates(recordsOf(identityLogs, name))]),
  );
  known.set(identityLogs, read);
  return read;
};

const identityAtOf = (identityLogs: IdentityLogs): IdentityAt => {
  const states = Object.values(identitiesOf(identityLogs)).flat();
  const byHead = new Map(states.map((state) => [state.head.id, state]));
  return ({ head }) => byHead.get(head);
};

interface Staged {
  readonly stage: "decode" | "apply";
  readonly error: RecordError | VaultLogError;
}

const applyHex = (
  state: VaultState | undefined,
  record: Hex,
  identityAt: IdentityAt,
): Result<VaultState, Staged> => {
  const decoded = decodeRecord(bytesOf(record));
  if (!decoded.ok) return err({ stage: "decode", error: decoded.error });
  const next = applyVaultRecord(state, decoded.value, identityAt);
  return next.ok ? ok(next.value) : err({ stage: "apply", error: next.error });
};

/** The state behind records that all hold. */
export const vaultStateOf = (
  { base, take, before = [] }: Pick<VaultLogInput, "base" | "take" | "before">,
  { logs, identityLogs }: VaultLogTables,
): VaultState | undefined => {
  let state: VaultState | undefined;
  for (const record of [...(logs[base] ?? []).slice(0, take), ...before]) {
    const next = applyHex(state, record, identityAtOf(identityLogs));
    if (!next.ok) throw new TypeError(`a log of the table is refused: ${next.error.error.type}`);
    state = next.value;
  }
  return state;
};

export const describeVault = (state: VaultState): Json =>
  jsonOf({
    vault: state.vault,
    head: state.head,
    versionMin: state.versionMin,
    extraTypes: [...state.extraTypes],
    members: [...state.members].map(([user, { role, writerSince }]) => ({
      user,
      role,
      writerSince,
    })),
    viewers: [...state.viewers.keys()],
    epoch: currentEpoch(state).epoch,
    commitment: hexOf(currentEpoch(state).commitment),
    cuts: [...state.cutsByChain].map(([chain, { seq, id, why }]) => ({ chain, seq, id, why })),
    closed: [...state.closedDevices].map(([device, how]) => ({ device, how })),
    takenAwayAt: state.takenAwayAt,
  });

export const runVaultLog = (input: VaultLogInput, tables: VaultLogTables): Ran => {
  const { fill, record } = input;
  const taken = vaultStateOf(input, tables);
  if (record === undefined)
    return taken === undefined ? accepted() : accepted(describeVault(taken));
  const { state, identityAt } = filled(taken, fill, tables);
  const next = applyHex(state, record, identityAt);
  return next.ok
    ? accepted(describeVault(next.value))
    : refused(next.error.error, next.error.stage);
};

const filled = (
  state: VaultState | undefined,
  fill: VaultLogInput["fill"],
  { identityLogs }: VaultLogTables,
): { readonly state: VaultState | undefined; readonly identityAt: IdentityAt } => {
  const identityAt = identityAtOf(identityLogs);
  const identity = identitiesOf(identityLogs)[fill?.author ?? ""]?.at(-1);
  if (state === undefined || fill === undefined || identity === undefined)
    return { state, identityAt };
  const { seed, count, authorSeed } = fill;
  const vaultKey = vaultKeyOf(fill.vaultKey);
  return filledWithMembers({ state, identityAt }, { seed, count, authorSeed, identity, vaultKey });
};
