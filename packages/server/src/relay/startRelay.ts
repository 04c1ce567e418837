/** The relay's core of one node: what connections share, and what runs beside them. */
import { LogKind } from "@duro/crypto/types";
import type { RandomBytes, RelayKeys } from "@duro/crypto/receipt";
import {
  type DeviceId,
  type LogName,
  loginNonces,
  type RelaySelf,
  type UserId,
} from "@duro/protocol";
import type { Growth, Notifier } from "../ports/notifier.ts";
import { createAppender } from "./appender.ts";
import { type Connection, createConnection, type RelaySocket } from "./connection.ts";
import type { RelayContext, RelayQuotas, RelayStores } from "./context.ts";
import { createEffectWorker } from "./effects.ts";
import { createHub } from "./hub.ts";
import { createKnownLogs, type KnownLogs } from "./knownLogs.ts";
import type { LoginCheck } from "./loginCheck.ts";
import { createMailboxHall } from "./mailboxHall.ts";
import { createReceiptSigner } from "./receipts.ts";
import type { RelayMetrics } from "./relayMetrics.ts";
import type { RelayTimers } from "./timers.ts";

export interface RelayDeps {
  readonly stores: RelayStores;
  readonly notifier: Notifier;
  readonly keys: RelayKeys;
  readonly self: RelaySelf;
  readonly quotas: RelayQuotas;
  readonly nowMs: () => number;
  readonly timers: RelayTimers;
  readonly randomBytes: RandomBytes;
  readonly metrics: RelayMetrics;
  readonly onFailure: (where: string, cause: unknown) => void;
}

export interface Relay {
  /** A socket that was let in; `checkLogin` knows the hosts it may be signed for. */
  connect(socket: RelaySocket, checkLogin: LoginCheck): Connection;
  /** A connection's socket is gone. */
  disconnected(connection: Connection): void;
  /** Tells everybody, finishes what was begun, and stops. */
  stop(): Promise<void>;
  /** For what looks at vaults beside the connections. */
  readonly logs: KnownLogs;
  readonly connectionCount: number;
}

/** Half of the shortest time that a tick decides about. */
const tickIntervalMs = 5_000;
/** What a lost notification costs at most. */
const lookAgainIntervalMs = 15_000;

export const startRelay = (deps: RelayDeps): Relay => {
  const { stores, notifier, nowMs, timers, metrics } = deps;
  const logs = createKnownLogs(stores.logStore);
  const fail = (where: string) => (cause: unknown) => {
    metrics.failed(where);
    deps.onFailure(where, cause);
  };
  const hub = createHub({ chainStore: stores.chainStore, logs, onFailure: fail("fan-out") });
  const hall = createMailboxHall({
    mailboxStore: stores.mailboxStore,
    nowMs,
    onFailure: fail("mailbox"),
  });
  const appender = createAppender({
    chainStore: stores.chainStore,
    logs,
    signReceipt: createReceiptSigner(deps.keys, deps.self.generation),
    nowMs,
    nextTurn: () => timers.nextTurn(),
    quotaByteLength: deps.quotas.byteLength,
    onStored: (vault, runs) => {
      hub.stored(vault, runs);
      const position = runs.at(-1)?.envelopes.at(-1)?.position;
      if (position !== undefined) notifier.publish({ kind: "vault", vault, position });
    },
    onFlush: (flush) => metrics.flushed(flush),
    onFailure: (cause, puts) => {
      fail("append")(cause);
      for (const put of puts) put.fail();
    },
  });
  const context: RelayContext = {
    ...stores,
    notifier,
    keys: deps.keys,
    self: deps.self,
    quotas: deps.quotas,
    nowMs,
    randomBytes: deps.randomBytes,
    metrics,
    logs,
    hub,
    appender,
    hall,
    onFailure: (where, cause) => fail(where)(cause),
  };
  const connections = new Set<Connection>();
  const seen = new Set<DeviceId>();
  const lookAgain = createLookAgain(context);

  const onGrowth = (growth: Growth): void => {
    switch (growth.kind) {
      case "vault":
        return hub.grew(growth.vault, growth.position);
      case "log":
        return void lookAgain.log(growth.name, growth.index);
      case "mailbox":
        return hall.look(growth.mailbox);
    }
  };
  notifier.subscribe(onGrowth, () => void lookAgain.everything());

  const writeSeen = async (): Promise<void> => {
    const devices = [...seen];
    seen.clear();
    if (devices.length > 0) await stores.accountStore.seen(devices, nowMs());
  };

  const endTicks = timers.every(tickIntervalMs, () => {
    for (const connection of connections) connection.take({ kind: "tick" });
    writeSeen().catch(fail("seen"));
  });
  const endLooks = timers.every(lookAgainIntervalMs, () => void lookAgain.everything());

  return {
    logs,
    connect: (socket, checkLogin) => {
      const check: LoginCheck = async (proof) => {
        const checked = await checkLogin(proof);
        if (checked.ok) seen.add(checked.value.device);
        return checked;
      };
      const nonce = loginNonces.fromBytes(deps.randomBytes(loginNonces.byteLength));
      const connection = createConnection(
        context,
        (of, nonceOf, key) => createEffectWorker(context, check, of, nonceOf, key),
        socket,
        nonce,
      );
      connections.add(connection);
      metrics.connected(connections.size);
      return connection;
    },
    disconnected: (connection) => {
      connection.onClosed();
      connections.delete(connection);
      metrics.connected(connections.size);
    },
    stop: async () => {
      endTicks();
      endLooks();
      await appender.drained();
      for (const connection of connections) connection.take({ kind: "shutdown" });
      await writeSeen().catch(fail("seen"));
    },
    get connectionCount() {
      return connections.size;
    },
  };
};

/** Hints are not trusted, and lost ones are made up for: the store says how far things are. */
const createLookAgain = ({ logs, hub, hall, logStore, chainStore, onFailure }: RelayContext) => {
  const log = async (name: LogName, index: number): Promise<void> => {
    try {
      const head =
        name.kind === LogKind.Vault
          ? (await logs.vault(name.log, index))?.head
          : (await logs.identity(name.log, index))?.at(-1)?.head;
      if (head !== undefined) await hub.logGrew(name, head);
    } catch (cause) {
      onFailure("look again", cause);
    }
  };
  const everything = async (): Promise<void> => {
    try {
      hall.lookEverywhere();
      const { vaults } = hub;
      for (const [vault, position] of await chainStore.positions(vaults)) hub.grew(vault, position);
      const names: LogName[] = [
        ...vaults.map((vault) => ({ kind: LogKind.Vault, log: vault })),
        ...hub.users.map((user: UserId) => ({ kind: LogKind.Identity, log: user })),
      ];
      const heads = await logStore.heads(names);
      for (const name of names) {
        const head = heads.get(name.log);
        if (head === undefined) {
          logs.forget(name);
          hub.logGone(name);
        } else if (hub.isNews(name, head.index)) await log(name, head.index);
      }
    } catch (cause) {
      onFailure("look again", cause);
    }
  };
  return { log, everything };
};
