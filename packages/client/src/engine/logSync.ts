/**
 * Keeps the logs in step with the relay: asks for what is behind ours, takes it, and knows how far the
 * relay says that each goes. Nothing is sealed in a vault whose log is not here that far.
 */
import { LogKind } from "@duro/crypto/types";
import type { LogHead, LogName, UserId, VaultId } from "@duro/protocol";
import type { Clock } from "../ports/clock.ts";
import type { FollowedLogs, LogTrouble } from "../logs/followedLogs.ts";
import type { EngineEffect } from "./connection.ts";
import { createSerial } from "./serial.ts";
import { createWholeLogs } from "./wholeLogs.ts";

export interface LogSync {
  /** From what is here. */
  follow(name: LogName): void;
  /** Resolves when it is here as far as the relay had it, or the connection is gone. */
  catchUp(name: LogName): Promise<void>;
  take(effect: Extract<EngineEffect, { kind: "logRecords" }>): Promise<void>;
  /** The relay has no such log. */
  refused(name: LogName): void;
  /** The relay says that the log goes that far. */
  isSaidToReach(vault: VaultId, head: LogHead): void;
  /** The relay closed it to us: its log says why, as far as we may see it. */
  closed(vault: VaultId): void;
  isHere(vault: VaultId): boolean;
  /** Its log was asked for since somebody's chain cannot be verified without it. */
  wantAuthor(user: UserId, vault: VaultId): void;
  disconnected(): void;
  idle(): Promise<void>;
}

export interface LogSyncDeps {
  readonly logs: FollowedLogs;
  readonly clock: Clock;
  readonly ask: (name: LogName, fromIndex: number) => void;
  /** The vault's own log has grown, or that of a member. */
  readonly onVaultChanged: (vault: VaultId) => Promise<void>;
  /** An author's log came that chains of that vault waited for. */
  readonly onAuthorCame: (vault: VaultId) => void;
  readonly onTrouble: (trouble: LogTrouble) => void;
  /** It goes further at the relay than on this connection before. */
  readonly onGrownThere: (name: LogName) => void;
  /** The relay lacks what is here from that index on. */
  readonly giveBack: (name: LogName, fromIndex: number) => void;
}

/**
 * A disk that was full often has room again soon, and a record that was spoiled on its way may come whole.
 * Doubled each time, since neither may ever be.
 */
const askAgainMs = { first: 5_000, most: 300_000 } as const;

export const createLogSync = (deps: LogSyncDeps): LogSync => {
  const { logs, clock, ask } = deps;
  const jobs = createSerial();
  const saidIndex = new Map<VaultId, number>();
  /** The end of its newest answer. */
  const indexThere = new Map<string, number>();
  /** Vaults whose log stops at a record that pins more of somebody than is here. */
  const vaultsByMissing = new Map<UserId, Set<VaultId>>();
  /** Vaults in which chains came of somebody who is not known that far. */
  const vaultsByAuthor = new Map<UserId, Set<VaultId>>();
  /** The relay did not let us see them. */
  const refusedVaults = new Set<VaultId>();
  const catchingUp = new Map<string, (() => void)[]>();
  const laterByLog = new Map<string, () => void>();
  const failedCounts = new Map<string, number>();
  const wholes = createWholeLogs({ logs, ask, onTrouble: deps.onTrouble });
  /** Vaults whose log was asked why they were closed, since they were last open to us. */
  const askedWhy = new Set<VaultId>();

  const follow = (name: LogName): void =>
    ask(name, wholes.isAsked(name) ? 0 : logs.nextIndex(name));

  /** What is behind ours there is another branch, which ours cannot follow. */
  const isParted = (name: LogName): boolean =>
    name.kind === LogKind.Vault && logs.branches.other(name.log) !== undefined;

  const endWaiting = (key: string): void => {
    for (const resolve of catchingUp.get(key) ?? []) resolve();
    catchingUp.delete(key);
  };

  const followAgain = (name: LogName): void => {
    if (!wholes.askAgain(name)) follow(name);
  };

  const takeVault = async (vault: VaultId, trouble: LogTrouble | undefined): Promise<void> => {
    if (trouble?.type === "IdentityNeeded") {
      addTo(vaultsByMissing, trouble.user, vault);
      follow({ kind: LogKind.Identity, log: trouble.user });
    }
    await deps.onVaultChanged(vault);
  };

  const takeIdentity = async (user: UserId): Promise<void> => {
    for (const vault of takeFrom(vaultsByMissing, user))
      followAgain({ kind: LogKind.Vault, log: vault });
    for (const vault of logs.vaults)
      if (logs.vault(vault)?.members.has(user) === true) await deps.onVaultChanged(vault);
    for (const vault of takeFrom(vaultsByAuthor, user)) deps.onAuthorCame(vault);
  };

  const askLater = (name: LogName): void => {
    if (laterByLog.has(name.log)) return;
    const failedCount = failedCounts.get(name.log) ?? 0;
    failedCounts.set(name.log, failedCount + 1);
    const waitMs = Math.min(askAgainMs.first * 2 ** failedCount, askAgainMs.most);
    const takeBack = clock.after(waitMs, () => {
      laterByLog.delete(name.log);
      followAgain(name);
    });
    laterByLog.set(name.log, takeBack);
  };

  /** What a record that did not hold, or did not come, asks for. */
  const seeTo = (name: LogName, trouble: LogTrouble | undefined): void => {
    switch (trouble?.type) {
      case undefined:
      case "LogForked":
        failedCounts.delete(name.log);
        return;
      case "LogGap":
        return follow(name);
      case "LogUnplaced":
        return wholes.unplaced(trouble) ? undefined : askLater(name);
      case "LogRefused": {
        const { error } = trouble;
        // Whoever wrote it is in a branch of that log which is not here: only the record where it parts shows that.
        if (error.type === "IdentityHeadMissing")
          wholes.doubted({ kind: LogKind.Identity, log: error.user });
        return askLater(name);
      }
      case "IdentityNeeded":
        return askLater(name);
    }
  };

  const take = async ({
    name,
    fromIndex,
    records,
    headIndex,
  }: Extract<EngineEffect, { kind: "logRecords" }>): Promise<void> => {
    // Its newest answer: what it only said before is not held against the log.
    if (name.kind === LogKind.Vault) saidIndex.set(name.log, headIndex);
    const taken = await logs.take(name, fromIndex, records);
    if (!taken.ok) {
      // The store has no room.
      endWaiting(name.log);
      return askLater(name);
    }
    const { trouble, newCount } = taken.value;
    if (trouble !== undefined) deps.onTrouble(trouble);
    const isEnd = fromIndex + records.length > headIndex;
    wholes.came(name, { fromIndex, isEnd, isSound: trouble === undefined });
    seeTo(name, trouble);
    const ours = logs.head(name)?.index ?? -1;
    if (headIndex < ours && !isParted(name)) deps.giveBack(name, headIndex + 1);
    const hasGrown = headIndex > (indexThere.get(name.log) ?? -1);
    indexThere.set(name.log, headIndex);
    if (name.kind === LogKind.Vault) await takeVault(name.log, trouble);
    else if (newCount > 0) await takeIdentity(name.log);
    if (hasGrown) deps.onGrownThere(name);
    if (isEnd) endWaiting(name.log);
  };

  return {
    follow,
    catchUp: (name) =>
      new Promise((resolve) => {
        catchingUp.set(name.log, [...(catchingUp.get(name.log) ?? []), resolve]);
        follow(name);
      }),
    take: (effect) => jobs.run(() => take(effect)),
    refused: (name) => {
      endWaiting(name.log);
      wholes.refused(name);
      if (name.kind === LogKind.Vault) refusedVaults.add(name.log);
      if (logs.head(name) !== undefined) deps.giveBack(name, 0);
    },
    isSaidToReach: (vault, { index, id }) => {
      raise(saidIndex, vault, index);
      wholes.listed({ kind: LogKind.Vault, log: vault }, { index, id });
      askedWhy.delete(vault);
      // Whoever is told of it may see it: somebody has let us in again.
      if (refusedVaults.delete(vault)) follow({ kind: LogKind.Vault, log: vault });
    },
    closed: (vault) => {
      if (askedWhy.has(vault)) return;
      askedWhy.add(vault);
      follow({ kind: LogKind.Vault, log: vault });
    },
    isHere: (vault) =>
      !wholes.isUnderWay(vault) &&
      (logs.vault(vault)?.head.index ?? -1) >= (saidIndex.get(vault) ?? 0),
    wantAuthor: (user, vault) => {
      addTo(vaultsByAuthor, user, vault);
      follow({ kind: LogKind.Identity, log: user });
    },
    disconnected: () => {
      saidIndex.clear();
      indexThere.clear();
      refusedVaults.clear();
      wholes.disconnected();
      askedWhy.clear();
      for (const key of catchingUp.keys()) endWaiting(key);
      for (const takeBack of laterByLog.values()) takeBack();
      laterByLog.clear();
      failedCounts.clear();
    },
    idle: () => jobs.idle(),
  };
};

const raise = <Key>(indexes: Map<Key, number>, key: Key, index: number): void => {
  if (index > (indexes.get(key) ?? -1)) indexes.set(key, index);
};

const addTo = <Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void => {
  const set = sets.get(key) ?? new Set<Value>();
  sets.set(key, set.add(value));
};

const takeFrom = <Key, Value>(sets: Map<Key, Set<Value>>, key: Key): ReadonlySet<Value> => {
  const set = sets.get(key) ?? new Set<Value>();
  sets.delete(key);
  return set;
};
