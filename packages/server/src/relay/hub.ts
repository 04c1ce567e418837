/**
 * Passes on what is stored to whoever has the vault open on this node, in the order of its positions
 * and without a gap, whoever stored it. News of other nodes are hints: the store is read again.
 */
import type { ChainId, LogHead, LogName, RelayInput, UserId, VaultId } from "@duro/protocol";
import { LogKind } from "@duro/crypto/types";
import type { VaultState } from "@duro/crypto/verify";
import { mayOpen } from "../domain/access.ts";
import type { Asker } from "../ports/accountStore.ts";
import type { ChainStore } from "../ports/chainStore.ts";
import type { KnownLogs } from "./knownLogs.ts";
import { batchesOf, batchesOfPage, type LiveRun } from "./liveBatch.ts";

/** A connection, as the hub sees it. */
export interface Listener extends Asker {
  take(input: RelayInput): void;
}

interface OpenedVault {
  readonly vault: VaultId;
  /** How often each has it open: on one channel, or on several. */
  readonly listeners: Map<Listener, number>;
  /** Delivered up to here. */
  position: number;
  /** Known to exist. */
  wantedPosition: number;
  isReading: boolean;
  members: readonly UserId[];
}

export interface Hub {
  /** A connection that is logged in, until the function it gets is called. */
  join(listener: Listener): () => void;
  openVault(listener: Listener, state: VaultState, position: number): void;
  closeVault(listener: Listener, vault: VaultId): void;
  /** Committed on this node: contiguous, rising by position. */
  stored(vault: VaultId, runs: readonly LiveRun[]): void;
  /** Said by another node. */
  grew(vault: VaultId, position: number): void;
  /** A log has a newer head, whoever appended it. */
  logGrew(name: LogName, head: LogHead): Promise<void>;
  /** The account or the vault was deleted: nobody has anything open there any more. */
  logGone(name: LogName): void;
  /** Whether those who should hear of it have not yet. */
  isNews(name: LogName, index: number): boolean;
  presence(from: Listener, vault: VaultId, sealed: Uint8Array): void;
  /** Who wanted them was told: the others of the vault may have them. */
  bodiesMissing(from: Listener, vault: VaultId, chain: ChainId, seqs: readonly number[]): void;
  readonly vaults: readonly VaultId[];
  readonly users: readonly UserId[];
  readonly listenerCount: number;
}

export interface HubDeps {
  readonly chainStore: Pick<ChainStore, "page">;
  readonly logs: KnownLogs;
  readonly onFailure: (cause: unknown) => void;
}

/** Logs of everybody who shares a vault with somebody connected: some MiB at most. */
const toldCountMax = 65_536;
/** What other nodes stored is read in pieces of this size. */
const pageEnvelopeCountMax = 1_024;
const pageByteLengthMax = 1_048_576;

export const createHub = (deps: HubDeps): Hub => {
  const opened = new Map<VaultId, OpenedVault>();
  const joined = new Map<UserId, Set<Listener>>();
  let listenerCount = 0;
  /** Up to which index a log was told to those who listen here. */
  const toldIndexes = new Map<LogName["log"], number>();

  const isNews = (name: LogName, index: number): boolean =>
    index > (toldIndexes.get(name.log) ?? -1);

  const deliver = (entry: OpenedVault, batches: ReturnType<typeof batchesOf>): void => {
    for (const batch of batches) {
      entry.position = batch.toPosition;
      for (const listener of entry.listeners.keys()) listener.take({ kind: "live", batch });
    }
  };

  /** Reads until everything known to exist was delivered. */
  const readOn = async (entry: OpenedVault): Promise<void> => {
    if (entry.isReading) return;
    entry.isReading = true;
    try {
      while (entry.position < entry.wantedPosition && opened.get(entry.vault) === entry) {
        const page = await deps.chainStore.page({
          vault: entry.vault,
          afterPosition: entry.position,
          vector: [],
          wantsBodies: true,
          envelopeCountMax: pageEnvelopeCountMax,
          byteLengthMax: pageByteLengthMax,
        });
        deliver(entry, batchesOfPage(entry.vault, page.envelopes));
        // A rolled-back store has less than was once said: nothing to wait for.
        if (page.isEnd) entry.wantedPosition = Math.min(entry.wantedPosition, entry.position);
      }
    } catch (cause) {
      deps.onFailure(cause);
    } finally {
      entry.isReading = false;
    }
  };

  const wants = (entry: OpenedVault, position: number): void => {
    entry.wantedPosition = Math.max(entry.wantedPosition, position);
    if (entry.position < entry.wantedPosition) void readOn(entry);
  };

  const listenersOf = (user: UserId): ReadonlySet<Listener> => joined.get(user) ?? new Set();

  const tellVaultLog = async (name: LogName & { kind: typeof LogKind.Vault }, head: LogHead) => {
    const state = await deps.logs.vault(name.log, head.index);
    if (state === undefined) return;
    const entry = opened.get(name.log);
    const members = [...state.members.keys()];
    if (entry !== undefined) entry.members = members;
    for (const listener of entry?.listeners.keys() ?? [])
      if (mayOpen(state, listener)) listener.take({ kind: "logGrew", name, head });
      else listener.take({ kind: "accessLost", vault: name.log });
    // Whoever was let in just now cannot have it open yet.
    for (const user of members)
      for (const listener of listenersOf(user))
        if (entry?.listeners.has(listener) !== true && mayOpen(state, listener))
          listener.take({ kind: "logGrew", name, head });
  };

  const tellIdentityLog = async (
    name: LogName & { kind: typeof LogKind.Identity },
    head: LogHead,
  ) => {
    const states = await deps.logs.identity(name.log, head.index);
    const devices = states?.at(-1)?.devices;
    const told = new Set<Listener>();
    for (const listener of listenersOf(name.log)) {
      told.add(listener);
      const isRemoved = devices?.get(listener.device)?.revokedAt !== undefined;
      listener.take(isRemoved ? { kind: "deviceRemoved" } : { kind: "logGrew", name, head });
    }
    for (const entry of opened.values())
      if (entry.members.includes(name.log))
        for (const listener of entry.listeners.keys())
          if (!told.has(listener)) {
            told.add(listener);
            listener.take({ kind: "logGrew", name, head });
          }
  };

  return {
    join: (listener) => {
      const others = joined.get(listener.user) ?? new Set();
      joined.set(listener.user, others.add(listener));
      listenerCount += 1;
      return () => {
        listenerCount -= 1;
        others.delete(listener);
        if (others.size > 0) return;
        joined.delete(listener.user);
        toldIndexes.delete(listener.user);
      };
    },
    openVault: (listener, state, position) => {
      const entry = opened.get(state.vault) ?? {
        vault: state.vault,
        listeners: new Map<Listener, number>(),
        position,
        wantedPosition: position,
        isReading: false,
        members: [],
      };
      entry.members = [...state.members.keys()];
      if (!opened.has(state.vault)) toldIndexes.set(state.vault, state.head.index);
      opened.set(state.vault, entry);
      entry.listeners.set(listener, (entry.listeners.get(listener) ?? 0) + 1);
      wants(entry, position);
    },
    closeVault: (listener, vault) => {
      const entry = opened.get(vault);
      const count = entry?.listeners.get(listener) ?? 0;
      if (entry === undefined || count === 0) return;
      if (count > 1) entry.listeners.set(listener, count - 1);
      else entry.listeners.delete(listener);
      if (entry.listeners.size > 0) return;
      opened.delete(vault);
      toldIndexes.delete(vault);
    },
    stored: (vault, runs) => {
      const entry = opened.get(vault);
      const first = runs[0]?.envelopes[0]?.position;
      const last = runs.at(-1)?.envelopes.at(-1)?.position;
      if (entry === undefined || first === undefined || last === undefined) return;
      // Behind a gap, or while reading: it is read back in its turn.
      if (entry.isReading || first !== entry.position + 1) return wants(entry, last);
      entry.wantedPosition = Math.max(entry.wantedPosition, last);
      deliver(entry, batchesOf(vault, runs));
    },
    grew: (vault, position) => {
      const entry = opened.get(vault);
      if (entry !== undefined) wants(entry, position);
    },
    isNews,
    logGone: (name) => {
      if (name.kind === LogKind.Identity)
        for (const listener of listenersOf(name.log)) listener.take({ kind: "deviceRemoved" });
      else
        for (const listener of opened.get(name.log)?.listeners.keys() ?? [])
          listener.take({ kind: "accessLost", vault: name.log });
    },
    logGrew: async (name, head) => {
      if (!isNews(name, head.index)) return;
      // Telling something twice is harmless; remembering everything for ever is not.
      if (toldIndexes.size >= toldCountMax) toldIndexes.clear();
      toldIndexes.set(name.log, head.index);
      await (name.kind === LogKind.Vault ? tellVaultLog(name, head) : tellIdentityLog(name, head));
    },
    presence: (from, vault, sealed) => {
      for (const listener of opened.get(vault)?.listeners.keys() ?? [])
        if (listener !== from) listener.take({ kind: "presence", vault, sealed });
    },
    bodiesMissing: (from, vault, chain, seqs) => {
      for (const listener of opened.get(vault)?.listeners.keys() ?? [])
        if (listener !== from) listener.take({ kind: "bodiesMissing", vault, chain, seqs });
    },
    get vaults() {
      return [...opened.keys()];
    },
    get users() {
      return [...new Set([...joined.keys(), ...[...opened.values()].flatMap((o) => o.members)])];
    },
    get listenerCount() {
      return listenerCount;
    },
  };
};
