/**
 * The engine of one device: its logs, its vaults, and one connection to a relay that it does not trust.
 * Everything works without that connection, and goes on where it stopped when there is one again.
 */
import { type DeviceKeys, plainVaultRecord, type RandomBytes } from "@duro/crypto";
import { err, LogKind, ok, type Result } from "@duro/crypto/types";
import {
  encodeRecord,
  type IdentityState,
  isActive,
  type LogRecord,
  type VaultState,
} from "@duro/crypto/verify";
import {
  isVaultIdle,
  type ChainId,
  type DeviceId,
  type Ended,
  type LogName,
  type UserId,
  type VaultId,
} from "@duro/protocol";
import type { SinceCheckpoint } from "../checkpoints/checkpointDue.ts";
import { type Compaction, createCompaction } from "../compaction/compaction.ts";
import type { LookDone } from "../compaction/compactor.ts";
import { owePurge } from "../compaction/purgeOwed.ts";
import { createDuties } from "../duties/duties.ts";
import { createMailboxes, type Mailboxes } from "../flows/mailboxes.ts";
import { createPosts, type PostError } from "../duties/posts.ts";
import { type LogTrouble, openFollowedLogs } from "../logs/followedLogs.ts";
import type { Clock } from "../ports/clock.ts";
import type { CommitError, LocalStore } from "../ports/localStore.ts";
import type { Http } from "../ports/http.ts";
import type { Transport } from "../ports/transport.ts";
import type { ChainRow } from "../store/rows.ts";
import type { StandingAlarm } from "../alarms/standing.ts";
import { type AlarmChange, openEngineWatch } from "../watch/engineWatch.ts";
import type { RunTaken } from "../vault/takeRun.ts";
import type { ApplyGuard } from "../updates/applyGuard.ts";
import type { VaultLink } from "../vault/vaultLink.ts";
import { type Connection, createConnection, type EngineEffect } from "./connection.ts";
import { createGiveBack } from "./giveBack.ts";
import { createLogSync } from "./logSync.ts";
import { answerChallenge } from "./login.ts";
import { readSelf } from "./self.ts";
import { createSignal } from "./signal.ts";
import { ownEnd, ownEndRecord } from "./endOwnChain.ts";
import { behindFork, chainsBefore, type Fork, forkOf, formerAnchor } from "./fork.ts";
import { createVaults, type OpenedVault, type Vault } from "./vaults.ts";

export interface EngineDeps {
  readonly store: LocalStore;
  readonly transport: Transport;
  /** For the blobs of checkpoints. */
  readonly http: Http;
  readonly clock: Clock;
  /** Tries updates of others that may cost too much: `createNodeApplyGuard`, `createBrowserApplyGuard`. */
  readonly guard: ApplyGuard;
  readonly randomBytes: RandomBytes;
  readonly device: DeviceKeys;
  /** Undefined: everything stays on this machine. */
  readonly relayUrl: string | undefined;
  /** What may come until the next checkpoint; undefined: as much as is good for people. */
  readonly perCheckpoint?: SinceCheckpoint | undefined;
  /** Name and version, for the relay's statistics. */
  readonly program: string;
  /** A bug, or a store that fails: what it happened to does nothing more. */
  readonly onFailure: (cause: unknown) => void;
}

/** The store knows no user yet: an identity is founded, joined or recovered first. */
export interface NotSetUp {
  readonly type: "NotSetUp";
}

export interface Engine extends AsyncDisposable {
  readonly user: UserId;
  readonly device: DeviceId;
  /** This device was revoked: what it writes counts nowhere. */
  readonly isRemoved: boolean;
  readonly vaults: readonly Vault[];
  vault(id: VaultId): Vault | undefined;
  /** Dials, soon where it waits before it tries again, and goes on trying. */
  connect(): void;
  /** Until `connect`. What others should know of how far we have seen them is said before. */
  disconnect(): void;
  /**
   * Appends a record to a log, made from what stands by then; made anew where somebody else was first.
   * `make` gives nothing where nothing is left to do.
   */
  post(name: LogName, make: () => LogRecord | undefined): Promise<Result<void, PostError>>;
  /** What this device owes the vault after somebody's device is gone, at once; it is done later anyway. */
  doDuties(vault: VaultId): Promise<Result<void, PostError>>;
  /**
   * Asks the relay for everything that it has by now. False: there is no connection, or it was lost on
   * the way.
   */
  refresh(vault: VaultId): Promise<boolean>;
  /**
   * Looks after the vault's checkpoints at once: writes, attests, loads and drops what is due by then; it
   * is done later anyway. Undefined: the vault is not open, or there is no relay.
   */
  compact(vault: VaultId): Promise<LookDone | undefined>;
  /**
   * What was deleted from the vault and is saved is to leave the relay: a checkpoint without it is written
   * as soon as may be, behind which the relay drops all that it covers once somebody has vouched for it.
   */
  purge(vault: VaultId): Promise<Result<void, CommitError>>;
  /** The newest that is known of somebody. */
  identity(user: UserId): IdentityState | undefined;
  vaultLog(vault: VaultId): VaultState | undefined;
  /** What is here of each chain of the vault. */
  chains(vault: VaultId): Iterable<ChainRow>;
  /** The vault's log goes on in two ways, and both are here; undefined: it does not, as far as was shown. */
  fork(vault: VaultId): Fork | undefined;
  /** The chains as far as they were written under what both branches have. */
  chainsBeforeFork(vault: VaultId): Promise<readonly ChainRow[]>;
  /** Somebody's identity log, as they handed it over themselves: verified before it is kept. */
  meet(
    user: UserId,
    records: readonly Uint8Array[],
  ): Promise<Result<void, LogTrouble | CommitError>>;
  /** Where this device pairs with another one. */
  readonly mailboxes: Mailboxes;
  readonly status: EngineStatus;
  /** Those that stand, and those that were healed not long ago; oldest first. */
  readonly alarms: readonly StandingAlarm[];
  onAlarm(listener: (change: AlarmChange) => void): () => void;
  onChange(listener: () => void): () => void;
}

export interface EngineStatus {
  readonly link: Connection["state"]["link"]["kind"] | "none";
  /** How the connection before this one ended: where nothing is dialled any more, why. */
  readonly ended: Ended | undefined;
}

export const openEngine = async (deps: EngineDeps): Promise<Result<Engine, NotSetUp>> => {
  const { store, clock, device, randomBytes, relayUrl } = deps;
  const user = await readSelf(store);
  if (user === undefined) return err({ type: "NotSetUp" });
  const logs = await openFollowedLogs(store);
  const changed = createSignal();
  let connection: Connection | undefined;
  let ended: Ended | undefined;
  let isLeaving = false;
  const input: Connection["input"] = (said) => connection?.input(said);

  const watch = await openEngineWatch({
    store,
    clock,
    logs,
    self: { user, device: device.id },
    cores: () => vaults.all().map(({ core }) => core),
    onChange: () => changed.tell(),
    onFailure: deps.onFailure,
  });

  const vaults = createVaults({
    store,
    clock,
    watch: watch.ofVaults,
    guard: deps.guard,
    logs,
    user,
    device,
    randomBytes,
    link: linkTo(
      input,
      (vault) => connection !== undefined && isVaultIdle(connection.state, vault),
    ),
    sendPresence: (vault, sealed) => input({ kind: "sendPresence", vault, sealed }),
    onChange: () => changed.tell(),
    onAuthorUnknown: (author, vault) => logSync.wantAuthor(author, vault),
    isLogHere: (vault) => logSync.isHere(vault),
    onLogAhead: (vault) => logSync.follow({ kind: LogKind.Vault, log: vault }),
    onRefused: (vault, chain, taken) => {
      vaults.get(vault)?.core.watch.runRefused(chain, taken);
      if (taken.kind === "equivocation") postEquivocation(vault, chain, taken);
      changed.tell();
    },
    onOwnChainElsewhere: () => changed.tell(),
    onFailure: deps.onFailure,
  });

  const logSync = createLogSync({
    logs,
    clock,
    ask: (name, fromIndex) => input({ kind: "followLog", name, fromIndex }),
    onVaultChanged: async (vault) => {
      const entry = await vaults.refresh(vault);
      if (entry === undefined || !logSync.isHere(vault)) return;
      openAtRelay(entry);
      entry.core.sealable();
      duties.look(vault);
      anchorFormer(entry);
    },
    onAuthorCame: (vault) => vaults.get(vault)?.core.pull(),
    onTrouble: (trouble) => watch.logTrouble(trouble),
    onGrownThere: (name) => {
      giveBack.grownThere(name);
      for (const { core } of vaults.all()) {
        const members = logs.vault(core.vault)?.members;
        const restsOn =
          name.kind === LogKind.Vault ? core.vault === name.log : members?.has(name.log) === true;
        if (restsOn) core.logGrewThere();
      }
    },
    giveBack: (name, fromIndex) => {
      giveBack.from(name, fromIndex).catch(deps.onFailure);
    },
  });

  const posts = createPosts({
    append: (request, record) =>
      // Without a relay nobody else would answer.
      connection === undefined
        ? void posts.take({ kind: "requestLost", request })
        : input({ kind: "appendRecord", request, record }),
    catchUp: (name) => logSync.catchUp(name),
    appended: async (name, record) => {
      const { index } = record;
      const records = [encodeRecord(record)];
      await logSync.take({ kind: "logRecords", name, fromIndex: index, records, headIndex: index });
    },
  });

  const giveBack = createGiveBack({
    store,
    clock,
    append: (record) => posts.append(record),
    follow: (name) => logSync.follow(name),
  });

  const mailboxes = createMailboxes(clock, (said) => {
    if (connection !== undefined) connection.input(said);
    else if ("request" in said) mailboxes.take({ kind: "requestLost", request: said.request });
  });

  const chainsOf = (vault: VaultId): Iterable<ChainRow> =>
    vaults.get(vault)?.core.memory.chains.values() ?? [];

  const duties = createDuties({
    clock,
    doer: { user, device, randomBytes },
    viewOf: (vault) => vaults.viewOf(vault),
    chainsOf,
    refresh: (vault) => refresh(vault),
    post: (name, make) => posts.post(name, make),
  });

  const compaction: Compaction = createCompaction({
    store,
    clock,
    randomBytes,
    device,
    http: deps.http,
    relayUrl,
    perCheckpoint: deps.perCheckpoint,
    coreOf: (vault) => vaults.get(vault)?.core,
    isReady: (vault) =>
      connection?.state.link.kind === "ready" &&
      vaults.get(vault)?.isCaughtUp === true &&
      logSync.isHere(vault),
    generation: () => watch.relay.faced?.generation,
    ask: (ask) => {
      input(ask);
      return connection !== undefined;
    },
    wantBodies: (vault, chain, seqs) => input({ kind: "wantBodies", vault, chain, seqs }),
    endOwnChain: (vault) => {
      endOwnChain(vault)?.catch(deps.onFailure);
    },
    onFailure: deps.onFailure,
  });

  /** Its log is here as far as the relay has it, so what is read there can be judged. */
  const openAtRelay = (entry: OpenedVault): void => {
    if (entry.isOpening || connection?.state.link.kind !== "ready") return;
    entry.isOpening = true;
    const { vault } = entry.core;
    entry.askedWith = logs.vault(vault)?.head;
    input({
      kind: "openVault",
      vault,
      logHead: entry.askedWith,
      vector: entry.core.vector(),
      wantsBodies: true,
      wantsPresence: true,
    });
  };

  /** It was closed to us by a relay that lost what let us in, and has that again: ours grows by nothing. */
  const openAgain = (vault: VaultId): void => {
    const entry = vaults.get(vault);
    if (entry !== undefined && logSync.isHere(vault)) openAtRelay(entry);
  };

  /** Both heads, so that everybody cuts the chain at the same place. */
  const postEquivocation = (
    vault: VaultId,
    chain: ChainId,
    { ours, theirs }: Extract<RunTaken, { kind: "equivocation" }>,
  ): void => {
    posts
      .post({ kind: LogKind.Vault, log: vault }, () => {
        const state = logs.vault(vault);
        const row = vaults.get(vault)?.core.memory.chains.get(chain);
        const identity = logs.identity(user);
        const theirIdentity = row === undefined ? undefined : logs.identity(row.user);
        if (!state || !row || !identity || !theirIdentity || state.cutsByChain.has(chain))
          return undefined;
        const { incarnation } = row;
        return plainVaultRecord(
          state,
          { device, identity },
          {
            type: "equivocation",
            user: row.user,
            device: row.device,
            incarnation,
            heads: [ours, theirs],
          },
          [theirIdentity],
        );
      })
      .catch(deps.onFailure);
  };

  const endOwnChain = (vault: VaultId): Promise<void> | undefined =>
    vaults.get(vault)?.core.job(async (context) => {
      const end = await ownEnd(context);
      if (end === undefined) return;
      const name = { kind: LogKind.Vault, log: vault } as const;
      // Lost or refused, it is said again when the bodies are asked for again.
      posts.post(name, () => ownEndRecord(device, context, end)).catch(deps.onFailure);
    });

  /** Whoever stayed on the branch that stands cannot tell how far our former chain counts. */
  const anchorFormer = ({ core: { vault, memory } }: OpenedVault): void => {
    const name = { kind: LogKind.Vault, log: vault } as const;
    const make = (): LogRecord | undefined => formerAnchor(device, memory);
    // Lost or refused, it is looked at again when the log has grown, or on the next connection.
    if (make() !== undefined) posts.post(name, make).catch(deps.onFailure);
  };

  const refreshing = new Map<VaultId, ((isDone: boolean) => void)[]>();

  /** Of one vault, or of all. */
  const settleRefreshes = (vault: VaultId | undefined, isDone: boolean): void => {
    for (const one of vault === undefined ? [...refreshing.keys()] : [vault]) {
      const waiting = refreshing.get(one) ?? [];
      refreshing.delete(one);
      for (const settle of waiting) settle(isDone);
    }
  };

  const refresh = (vault: VaultId): Promise<boolean> =>
    new Promise((resolve) => {
      const entry = vaults.get(vault);
      if (entry === undefined || connection?.state.link.kind !== "ready") return resolve(false);
      refreshing.set(vault, [...(refreshing.get(vault) ?? []), resolve]);
      // While it is catching up, the end of that tells.
      if (entry.isCaughtUp) entry.core.pull();
    });

  const onWelcome = (known: readonly VaultId[]): void => {
    logSync.follow({ kind: LogKind.Identity, log: user });
    for (const vault of new Set([...known, ...logs.vaults])) {
      for (const member of logs.vault(vault)?.members.keys() ?? [])
        if (member !== user) logSync.follow({ kind: LogKind.Identity, log: member });
      logSync.follow({ kind: LogKind.Vault, log: vault });
    }
  };

  const onLost = (): void => {
    watch.lost();
    settleRefreshes(undefined, false);
    for (const entry of vaults.all()) {
      entry.isCaughtUp = false;
      entry.isOpening = false;
      entry.core.disconnected();
    }
    logSync.disconnected();
    giveBack.disconnected();
    mailboxes.disconnected();
    compaction.lost();
  };

  /** A `connect` that comes meanwhile is heard. */
  const leave = async (): Promise<void> => {
    isLeaving = true;
    if (connection?.state.link.kind === "ready") await watch.leave();
    if (isLeaving) input({ kind: "stop" });
  };

  const perform = async (effect: EngineEffect): Promise<void> => {
    if (posts.take(effect) || mailboxes.take(effect) || compaction.take(effect)) return;
    switch (effect.kind) {
      case "signLogin": {
        if (relayUrl === undefined) return;
        const nowMs = clock.nowMs();
        const { relay } = watch;
        const login = await answerChallenge({ relay, device, nowMs }, relayUrl, effect.challenge);
        return login === undefined ? undefined : input(login);
      }
      case "welcome":
        watch.welcomed();
        return onWelcome(effect.vaults);
      case "lost":
      case "stopped":
        ended = effect.why;
        return onLost();
      case "logRecords":
        await logSync.take(effect);
        if (effect.name.log === user) await watch.devices.look();
        if (effect.name.kind === LogKind.Vault)
          vaults.get(effect.name.log)?.core.watch.relay.hasRecords(effect.headIndex);
        return;
      case "logGrew":
        if (effect.name.kind !== LogKind.Vault) return;
        logSync.isSaidToReach(effect.name.log, effect.head);
        // Somebody has let us in.
        if (logs.vault(effect.name.log) === undefined) logSync.follow(effect.name);
        openAgain(effect.name.log);
        return;
      case "vaultHeads": {
        const { vault, logHead, chains } = effect;
        logSync.isSaidToReach(vault, logHead);
        const entry = vaults.get(vault);
        return entry?.core.connected(chains, { logHead, ourLogHead: entry.askedWith });
      }
      case "envelopes":
        await vaults.get(effect.vault)?.core.envelopes(effect.runs, effect.byteLength);
        return compaction.grown(effect.vault);
      case "seal":
        return logSync.isHere(effect.vault)
          ? vaults.get(effect.vault)?.core.seal()
          : vaults.get(effect.vault)?.core.sealLater();
      case "receipt":
        compaction.grown(effect.vault);
        return vaults.get(effect.vault)?.core.receipt(effect.receipt);
      case "putRefused":
        return vaults.get(effect.vault)?.core.putRefused(effect.chain, effect.refusal);
      case "nudged":
        return vaults.get(effect.vault)?.core.pull();
      case "caughtUp":
      case "vaultRefused": {
        const entry = vaults.get(effect.vault);
        if (entry === undefined) return;
        entry.isCaughtUp = effect.kind === "caughtUp";
        if (effect.kind === "vaultRefused") {
          // Whoever is let in again asks for it again, when its log says so.
          entry.isOpening = false;
          settleRefreshes(effect.vault, false);
          logSync.closed(effect.vault);
          return entry.core.disconnected();
        }
        watch.relay.behaved();
        entry.awareness.announce();
        await entry.core.caughtUp();
        settleRefreshes(effect.vault, true);
        return compaction.caughtUp(effect.vault);
      }
      case "logRefused":
        return logSync.refused(effect.name);
      case "relayMisbehaved":
        return watch.relay.fault(effect.fault.type);
      case "presence":
        return vaults.get(effect.vault)?.awareness.receive(effect.sealed);
      case "bodiesMissing":
      case "recordAppended":
      case "blobToken":
      case "blobDropped":
      case "mailboxOpened":
      case "requestRefused":
      case "requestLost":
      case "mailboxMessage":
      case "mailboxClosed":
      case "mailboxRefused":
        return;
    }
  };

  for (const vault of logs.vaults) await vaults.refresh(vault);
  if (relayUrl !== undefined)
    connection = createConnection({
      transport: deps.transport,
      clock,
      randomBytes,
      url: relayUrl,
      program: deps.program,
      onEffect: (effect) => {
        perform(effect).then(() => changed.tell(), deps.onFailure);
      },
      onFailure: deps.onFailure,
    });

  return ok({
    user,
    device: device.id,
    get isRemoved() {
      const known = logs.identity(user)?.devices.get(device.id);
      return known !== undefined && !isActive(known);
    },
    get vaults() {
      return vaults.all().map(({ face }) => face);
    },
    vault: (id) => vaults.get(id)?.face,
    connect: () => {
      isLeaving = false;
      input({ kind: "start" });
      connection?.online();
    },
    disconnect: () => {
      leave().catch(deps.onFailure);
    },
    post: (name, make) => posts.post(name, make),
    doDuties: (vault) => duties.doNow(vault),
    refresh,
    compact: (vault) => compaction.lookNow(vault),
    purge: async (vault) => {
      const core = vaults.get(vault)?.core;
      if (core === undefined) return ok(undefined);
      const owed = await core.job(({ memory }) => owePurge(memory));
      compaction.grown(vault);
      return owed;
    },
    identity: logs.identity,
    vaultLog: logs.vault,
    chains: chainsOf,
    fork: (vault) => forkOf(logs, vault),
    chainsBeforeFork: async (vault) => {
      const core = vaults.get(vault)?.core;
      const fork = forkOf(logs, vault);
      if (core === undefined || fork === undefined) return [...chainsOf(vault)];
      return core.job(({ memory }) => chainsBefore(memory, behindFork(fork)));
    },
    meet: async (met, records) => {
      const taken = await logs.take({ kind: LogKind.Identity, log: met }, 0, records);
      if (!taken.ok) return taken;
      return taken.value.trouble === undefined ? ok(undefined) : err(taken.value.trouble);
    },
    mailboxes,
    get status(): EngineStatus {
      return { link: connection?.state.link.kind ?? "none", ended };
    },
    get alarms() {
      return watch.alarms;
    },
    onAlarm: (listener) => watch.onAlarm(listener),
    onChange: changed.listen,
    [Symbol.asyncDispose]: async () => {
      duties.stop();
      for (const { awareness } of vaults.all()) awareness.close();
      watch.lost();
      giveBack.disconnected();
      logSync.disconnected();
      connection?.close();
      connection = undefined;
      await compaction.stop();
      await logSync.idle();
      for (const { core } of vaults.all()) {
        await core.close();
        await core.idle();
      }
    },
  } satisfies Engine);
};

const linkTo = (input: Connection["input"], isIdle: VaultLink["isIdle"]): VaultLink => ({
  isIdle,
  dirty: (vault, byteLength) => input({ kind: "dirty", vault, byteLength }),
  sealed: (vault, remainingByteLength) =>
    input(
      remainingByteLength === 0
        ? { kind: "nothingToSeal", vault }
        : { kind: "sealed", vault, remainingByteLength },
    ),
  sealLater: (vault) => input({ kind: "sealLater", vault }),
  put: (vault, run) => input({ kind: "put", vault, run }),
  taken: (byteLength) => input({ kind: "taken", byteLength }),
  pull: (vault, vector) => input({ kind: "pullVault", vault, vector }),
});
