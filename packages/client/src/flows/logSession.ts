/**
 * A device at the relay that reads and appends logs and has no vault open: whoever is not set up yet, or
 * is a paper device. What it read is verified by the rules, and lies in the store it was given.
 */
import type { DeviceKeys, RandomBytes } from "@duro/crypto";
import { err, LogKind, ok, type Result } from "@duro/crypto/types";
import { encodeRecord } from "@duro/crypto/verify";
import type { Ended, LogHead, LogName, UserId, VaultId } from "@duro/protocol";
import { createPosts, type Posts } from "../duties/posts.ts";
import { createConnection, type EngineEffect } from "../engine/connection.ts";
import { answerChallenge } from "../engine/login.ts";
import { openRelayWatch } from "../watch/relayWatch.ts";
import { createLogSync } from "../engine/logSync.ts";
import { createSignal } from "../engine/signal.ts";
import { type FollowedLogs, openFollowedLogs } from "../logs/followedLogs.ts";
import type { Clock } from "../ports/clock.ts";
import type { LocalStore } from "../ports/localStore.ts";
import type { Transport } from "../ports/transport.ts";

export interface SessionDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly device: DeviceKeys;
  readonly relayUrl: string;
  /** Name and version of the program. */
  readonly program: string;
}

/** The relay does not know this device, is another than the one we know, or cannot be reached. */
export interface NoSession {
  readonly type: "NoSession";
  readonly why: Ended | "too long";
}

/** The relay has not shown what it must have. */
export interface LogsWithheld {
  readonly type: "LogsWithheld";
  readonly name: LogName;
}

export interface LogSession {
  readonly user: UserId;
  readonly vaults: readonly VaultId[];
  readonly logs: FollowedLogs;
  readonly post: (...said: Parameters<Posts["post"]>) => ReturnType<Posts["post"]>;
  /** As far as the relay has it, and containing that head where one is named. */
  readonly fetch: (name: LogName, head?: LogHead) => Promise<Result<void, LogsWithheld>>;
  readonly close: () => void;
}

/** Of people who wait in front of it. */
const patienceMs = 30_000;

export const openLogSession = async (
  deps: SessionDeps,
  store: LocalStore,
): Promise<Result<LogSession, NoSession>> => {
  const { clock, device, relayUrl } = deps;
  const logs = await openFollowedLogs(store);
  const changed = createSignal();
  let welcome: Extract<EngineEffect, { kind: "welcome" }> | undefined;
  let ended: Ended | "too long" | undefined;
  const end = (why: Ended | "too long"): void => {
    ended ??= why;
    changed.tell();
  };

  const until = (isSo: () => boolean): Promise<boolean> =>
    new Promise((resolve) => {
      const answer = (isIt: boolean): void => {
        stop();
        takeBack();
        resolve(isIt);
      };
      const look = (): void => {
        if (isSo() || ended !== undefined) answer(isSo());
      };
      const stop = changed.listen(look);
      const takeBack = clock.after(patienceMs, () => answer(isSo()));
      look();
    });

  const perform = async (effect: EngineEffect): Promise<void> => {
    if (posts.take(effect)) return;
    if (effect.kind === "signLogin") {
      const relay = await openRelayWatch({ store, clock, onAlarms: () => {}, onFailure: () => {} });
      const known = { relay, device, nowMs: clock.nowMs() };
      const login = await answerChallenge(known, relayUrl, effect.challenge);
      if (login !== undefined) connection.input(login);
    } else if (effect.kind === "welcome") welcome = effect;
    else if (effect.kind === "stopped") end(effect.why);
    else if (effect.kind === "lost") {
      sync.disconnected();
      // Before the welcome the machine tries again.
      if (welcome !== undefined) end(effect.why);
    } else if (effect.kind === "logRecords") await sync.take(effect);
    else if (effect.kind === "logRefused") sync.refused(effect.name);
    changed.tell();
  };

  const connection = createConnection({
    ...deps,
    url: relayUrl,
    onEffect: (effect) => {
      perform(effect).catch(() => end("too long"));
    },
    onFailure: () => end("too long"),
  });
  const sync = createLogSync({
    clock,
    logs,
    ask: (name, fromIndex) => connection.input({ kind: "followLog", name, fromIndex }),
    onVaultChanged: async () => changed.tell(),
    onAuthorCame: () => {},
    onTrouble: () => {},
    onGrownThere: () => {},
    giveBack: () => {},
  });
  const posts = createPosts({
    append: (request, record) => connection.input({ kind: "appendRecord", request, record }),
    catchUp: (name) => sync.catchUp(name),
    appended: async (name, record) => {
      const { index } = record;
      const records = [encodeRecord(record)];
      await sync.take({ kind: "logRecords", name, fromIndex: index, records, headIndex: index });
    },
  });

  connection.input({ kind: "start" });
  if (!(await until(() => welcome !== undefined)) || welcome === undefined) {
    connection.close();
    return err({ type: "NoSession", why: ended ?? "too long" });
  }
  const { user, vaults } = welcome;
  return ok({
    user,
    vaults,
    logs,
    post: (name, make) => posts.post(name, make),
    fetch: async (name, head) => {
      let isCaughtUp = false;
      const catchUp = async (): Promise<void> => {
        await sync.catchUp(name);
        isCaughtUp = true;
        changed.tell();
      };
      catchUp().catch(() => end("too long"));
      const isHere = await until(() => isCaughtUp && contains(logs, name, head));
      return isHere ? ok(undefined) : err({ type: "LogsWithheld", name });
    },
    close: () => {
      sync.disconnected();
      connection.close();
    },
  });
};

const contains = (logs: FollowedLogs, name: LogName, head: LogHead | undefined): boolean => {
  if (head === undefined) return logs.head(name) !== undefined;
  if (name.kind === LogKind.Vault)
    return logs.vault(name.log)?.indexByRecord.get(head.id) === head.index;
  return logs.identityAt({ user: name.log, index: head.index, head: head.id }) !== undefined;
};
