/**
 * Logs as this node has read and folded them. The store decides what is newest; what is known here is
 * a prefix of it, and is read on when somebody needs more.
 */
import { assert, LogKind } from "@duro/crypto/types";
import {
  applyIdentityRecord,
  applyVaultRecord,
  decodeRecord,
  type IdentityAt,
  type IdentityState,
  type LogRecord,
  type VaultState,
} from "@duro/crypto/verify";
import type { LogName, UserId, VaultId } from "@duro/protocol";
import type { LogStore } from "../ports/logStore.ts";
import { createRecent } from "./recent.ts";

/** Every state of one identity log, by index: records of vaults pin older ones. */
type IdentityStates = readonly IdentityState[];

export interface KnownLogs {
  /** At least up to that index, the newest that the store has without one; undefined: there is no such log. */
  vault(vault: VaultId, atLeastIndex?: number): Promise<VaultState | undefined>;
  identity(user: UserId, atLeastIndex?: number): Promise<IdentityStates | undefined>;
  /** What is known already, without asking the store. */
  knownVault(vault: VaultId): VaultState | undefined;
  /** Looks pins up in what is known: `readPinned` comes first. */
  readonly identityAt: IdentityAt;
  /** Reads the identity logs that a record pins. */
  readPinned(record: LogRecord): Promise<void>;
  /** A record was stored here: no need to read it back. */
  advanceVault(state: VaultState): void;
  advanceIdentity(state: IdentityState): void;
  /** The account or the vault was deleted. */
  forget(name: LogName): void;
}

/** Some ten KiB each with a team in it: at most tens of MiB for whoever is connected just now. */
const vaultCountMax = 2_048;
const identityCountMax = 4_096;

/** One page of a log: the largest records fit one by one. */
const pageLimit = { recordCountMax: 256, byteLengthMax: 4_194_304 };

export const createKnownLogs = (logStore: LogStore): KnownLogs => {
  const vaults = createRecent<VaultId, VaultState>(vaultCountMax);
  const identities = createRecent<UserId, IdentityStates>(identityCountMax);
  const reading = new Map<string, Promise<unknown>>();

  /** Two who need one log read it once. */
  const once = async <T>(name: string, read: () => Promise<T>): Promise<T> => {
    const running = reading.get(name);
    if (running !== undefined) await running;
    const mine = read();
    reading.set(name, mine);
    try {
      return await mine;
    } finally {
      if (reading.get(name) === mine) reading.delete(name);
    }
  };

  /** A record that was stored here while a log was read is in one of the two only. */
  const keepVault = (state: VaultState): VaultState => {
    const known = vaults.get(state.vault);
    if (known !== undefined && known.head.index >= state.head.index) return known;
    vaults.set(state.vault, state);
    return state;
  };

  const keepIdentity = (user: UserId, states: IdentityStates): IdentityStates => {
    const known = identities.get(user);
    if (known !== undefined && known.length >= states.length) return known;
    identities.set(user, states);
    return states;
  };

  const identityAt: IdentityAt = ({ user, index, head }) => {
    const state = identities.get(user)?.[index];
    return state?.head.id === head ? state : undefined;
  };

  const readPinned = async (record: LogRecord): Promise<void> => {
    for (const { user, index } of record.pins)
      if (identities.get(user)?.[index] === undefined) {
        const states = await readIdentity(user);
        // One that is nowhere is enough for a verdict: nobody makes us look for hundreds.
        if (states?.[index] === undefined) return;
      }
  };

  const readIdentity = (user: UserId): Promise<IdentityStates | undefined> =>
    once(`identity ${user}`, async () => {
      const states = [...(identities.get(user) ?? [])];
      const name: LogName = { kind: LogKind.Identity, log: user };
      for await (const record of recordsFrom(logStore, name, states.length)) {
        const next = applyIdentityRecord(states.at(-1), record);
        assert(next.ok, "only records that hold were stored");
        states.push(next.value);
      }
      return states.length === 0 ? undefined : keepIdentity(user, states);
    });

  const readVault = (vault: VaultId): Promise<VaultState | undefined> =>
    once(`vault ${vault}`, async () => {
      let state = vaults.get(vault);
      const name: LogName = { kind: LogKind.Vault, log: vault };
      for await (const record of recordsFrom(logStore, name, (state?.head.index ?? -1) + 1)) {
        await readPinned(record);
        const next = applyVaultRecord(state, record, identityAt);
        assert(next.ok, "only records that hold were stored");
        state = next.value;
      }
      return state && keepVault(state);
    });

  return {
    identityAt,
    readPinned,
    knownVault: (vault) => vaults.get(vault),
    vault: async (vault, atLeastIndex) => {
      const known = vaults.get(vault);
      return known !== undefined && atLeastIndex !== undefined && known.head.index >= atLeastIndex
        ? known
        : readVault(vault);
    },
    identity: async (user, atLeastIndex) => {
      const known = identities.get(user);
      return known !== undefined && atLeastIndex !== undefined && known.length > atLeastIndex
        ? known
        : readIdentity(user);
    },
    forget: (name) => {
      if (name.kind === LogKind.Vault) vaults.delete(name.log);
      else identities.delete(name.log);
    },
    advanceVault: keepVault,
    advanceIdentity: (state) => {
      const known = identities.get(state.user);
      if (known?.length === state.head.index) identities.set(state.user, [...known, state]);
    },
  };
};

async function* recordsFrom(
  logStore: LogStore,
  name: LogName,
  fromIndex: number,
): AsyncGenerator<LogRecord> {
  for (let index = fromIndex; ;) {
    const page = await logStore.read(name, index, pageLimit);
    for (const bytes of page) {
      const record = decodeRecord(bytes);
      assert(record.ok, "only records that can be read were stored");
      yield record.value;
    }
    if (page.length === 0) return;
    index += page.length;
  }
}
