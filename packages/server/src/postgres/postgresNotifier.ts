/**
 * Tells other nodes by LISTEN and NOTIFY, over two connections of its own. Never in a transaction that
 * writes: every notification waits for one lock of the whole database.
 */
import type { RandomBytes } from "@duro/crypto/receipt";
import { bytesToHex } from "@duro/crypto/types";
import type { Growth, Notifier } from "../ports/notifier.ts";
import {
  extentOf,
  growthsToPayloads,
  nodeIdByteLength,
  parsePayload,
  thingOf,
} from "./growthText.ts";
import { connectSql, type PostgresAddress, type Sql } from "./sql.ts";

/** For the relay's own log: each costs others some time, and nobody any data. */
export type NotifierTrouble = "PayloadUnreadable" | "SendFailed" | "ListenFailed" | "NothingHeard";

export interface NotifierDeps {
  readonly address: PostgresAddress;
  readonly randomBytes: RandomBytes;
  readonly onTrouble: (trouble: NotifierTrouble) => void;
  /** How often it checks that it hears itself; tests want it sooner. */
  readonly beatIntervalMs?: number;
}

const channel = "duro_growth";
/** Half of it is what the other node's readers wait at the median; one notice costs Postgres 0.1 ms. */
const restMs = 2;
/** A connection that is half open says nothing for ever, so a node listens for its own voice. */
const defaultBeatIntervalMs = 10_000;
/** As long as Postgres is away, one try a second and one line about it. */
const pauseMs = 1_000;
/** A notification takes a millisecond. */
const sendTimeoutMs = 5_000;
const endTimeoutSeconds = 1;
/** While Postgres is away; what is forgotten is found by looking. */
const pendingCountMax = 16_384;

export const createPostgresNotifier = (deps: NotifierDeps): Notifier => {
  const nodeId = bytesToHex(deps.randomBytes(nodeIdByteLength));
  const listener = createListener(deps, nodeId);
  const sender = createSender(deps, nodeId);
  const beat = setInterval(() => {
    listener.checkLife();
    sender.sendBeat();
  }, deps.beatIntervalMs ?? defaultBeatIntervalMs);
  return {
    publish: sender.publish,
    subscribe: listener.subscribe,
    close: async () => {
      clearInterval(beat);
      await Promise.all([sender.close(), listener.close()]);
    },
  };
};

/** Hints may be lost, and a notification is a commit too: other nodes need not wait for its disk. */
const connect = ({ address }: NotifierDeps): Sql =>
  connectSql(address, { connectionCountMax: 1, waitsForDisk: false });

const end = (sql: Sql): Promise<void> => sql.end({ timeout: endTimeoutSeconds });

interface Subscriber {
  readonly onGrowth: (growth: Growth) => void;
  readonly onGap: () => void;
}

const createListener = (deps: NotifierDeps, nodeId: string) => {
  const subscribers: Subscriber[] = [];
  let sql: Sql | undefined;
  let hasHeard = true;

  const onPayload = (text: string): void => {
    const payload = parsePayload(text);
    if (payload === undefined || payload.unreadableCount > 0) deps.onTrouble("PayloadUnreadable");
    if (payload === undefined) return;
    hasHeard = true;
    if (payload.nodeId === nodeId) return;
    for (const growth of payload.growths) for (const { onGrowth } of subscribers) onGrowth(growth);
  };

  /** The driver listens again by itself when a connection breaks, and calls `onListening` each time. */
  const open = (): void => {
    const opened = connect(deps);
    const isCurrent = (): boolean => sql === opened;
    sql = opened;
    opened
      .listen(
        channel,
        (text) => {
          if (isCurrent()) onPayload(text);
        },
        () => {
          if (isCurrent()) for (const { onGap } of subscribers) onGap();
        },
      )
      .catch(() => {
        if (isCurrent()) deps.onTrouble("ListenFailed");
      });
  };

  const close = async (): Promise<void> => {
    const closing = sql;
    sql = undefined;
    if (closing !== undefined) await end(closing);
  };

  open();
  return {
    subscribe: (onGrowth: Subscriber["onGrowth"], onGap: Subscriber["onGap"]): void => {
      subscribers.push({ onGrowth, onGap });
    },
    /** Called once in each interval: in the one before, its own beat at least must have come. */
    checkLife: (): void => {
      if (!hasHeard) {
        deps.onTrouble("NothingHeard");
        void close();
        open();
      }
      hasHeard = false;
    },
    close,
  };
};

const createSender = (deps: NotifierDeps, nodeId: string) => {
  let sql = connect(deps);
  let pending = new Map<string, Growth>();
  let isBeatDue = false;
  let sending: Promise<void> | undefined;
  let isClosed = false;

  const publish = (growth: Growth): void => {
    const thing = thingOf(growth);
    const known = pending.get(thing);
    if (known !== undefined && extentOf(known) >= extentOf(growth)) return;
    pending.set(thing, growth);
    if (pending.size > pendingCountMax) {
      const oldest = pending.keys().next();
      if (oldest.done !== true) pending.delete(oldest.value);
    }
    sending ??= run();
  };

  const isSomethingDue = (): boolean => !isClosed && (pending.size > 0 || isBeatDue);

  /** Sends at once, then rests, for as long as there is something. */
  const run = async (): Promise<void> => {
    // What one piece of work publishes goes together.
    await Promise.resolve();
    while (isSomethingDue()) {
      const waitMs = (await flush()) ? restMs : pauseMs;
      await new Promise((resolve) => {
        setTimeout(resolve, waitMs);
      });
    }
    sending = undefined;
  };

  const flush = async (): Promise<boolean> => {
    const payloads = growthsToPayloads(nodeId, pending.values());
    pending = new Map();
    isBeatDue = false;
    if (await isSent(sql, payloads)) return true;
    deps.onTrouble("SendFailed");
    void end(sql);
    sql = connect(deps);
    return false;
  };

  return {
    publish: (growth: Growth): void => {
      if (!isClosed) publish(growth);
    },
    sendBeat: (): void => {
      isBeatDue = true;
      sending ??= run();
    },
    close: async (): Promise<void> => {
      isClosed = true;
      await sending;
      if (pending.size > 0) await flush();
      await end(sql);
    },
  };
};

/** False where it failed or nobody answers; what was in it is not sent again. */
const isSent = async (sql: Sql, payloads: readonly string[]): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, sendTimeoutMs, false);
  });
  const sent =
    sql`select pg_notify(${channel}, payload) from unnest(${payloads}::text[]) payload`.then(
      () => true,
      () => false,
    );
  try {
    return await Promise.race([sent, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};
