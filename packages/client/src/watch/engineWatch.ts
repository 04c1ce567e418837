/** All that watches on this device: the relay, each vault, and the rounds that look again. One list of alarms. */
import { LogKind } from "@duro/crypto/types";
import type { DeviceId, UserId } from "@duro/protocol";
import type { Alarm } from "../alarms/alarms.ts";
import { type AlarmBook, alarmChanges, type StandingAlarm } from "../alarms/standing.ts";
import type { FollowedLogs, LogRefused, LogTrouble } from "../logs/followedLogs.ts";
import type { Clock } from "../ports/clock.ts";
import type { LocalStore } from "../ports/localStore.ts";
import type { VaultCore } from "../vault/vault.ts";
import { type DevicesWatch, openDevicesWatch } from "./devicesWatch.ts";
import { openRelayWatch, type RelayWatch } from "./relayWatch.ts";
import { createRounds } from "./rounds.ts";
import type { WatchDeps } from "./watchKeeper.ts";

/** What changed between two moments. */
export interface AlarmChange {
  readonly raised: readonly Alarm[];
  readonly healed: readonly Alarm[];
}

export interface EngineWatch {
  readonly relay: RelayWatch;
  readonly devices: DevicesWatch;
  /** For each vault that is opened. */
  readonly ofVaults: WatchDeps;
  /** Those that stand, and those that were healed not long ago; oldest first. */
  readonly alarms: readonly StandingAlarm[];
  onAlarm(listener: (change: AlarmChange) => void): () => void;
  welcomed(): void;
  lost(): void;
  logTrouble(trouble: LogTrouble): void;
  /** Says what is still to be said; at once where there is nobody to say it to. */
  leave(): Promise<void>;
}

export interface EngineWatchDeps {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly logs: FollowedLogs;
  readonly self: { readonly user: UserId; readonly device: DeviceId };
  readonly cores: () => readonly VaultCore[];
  readonly onChange: () => void;
  readonly onFailure: (cause: unknown) => void;
}

export const openEngineWatch = async (deps: EngineWatchDeps): Promise<EngineWatch> => {
  const { store, clock, logs, cores } = deps;
  const listeners = new Set<(change: AlarmChange) => void>();

  const onAlarms = (before: AlarmBook, after: AlarmBook): void => {
    const change = alarmChanges(before, after);
    if (change.raised.length > 0 || change.healed.length > 0)
      for (const listener of listeners) listener(change);
    deps.onChange();
  };

  const relay = await openRelayWatch({ store, clock, onAlarms, onFailure: deps.onFailure });
  const devices = await openDevicesWatch({ store, clock, logs, ...deps.self, onAlarms });
  const rounds = createRounds(clock, () => {
    devices.look().catch(deps.onFailure);
    for (const core of cores()) {
      core.watch.tick();
      // A bug in it was told where the job ran.
      core.sayBeacon("time").catch(() => {});
    }
  });

  return {
    relay,
    devices,
    ofVaults: {
      clock,
      logs,
      relay: () => relay.faced,
      onRelayFault: (fault) => relay.fault(fault),
      onAlarms,
    },
    get alarms() {
      const books = [relay.book, devices.book, ...cores().map(({ watch }) => watch.book)];
      return books
        .flatMap(({ byKey }) => Array.from(byKey.values()))
        .toSorted((left, right) => left.sinceMs - right.sinceMs);
    },
    onAlarm: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    welcomed: () => rounds.start(),
    lost: () => {
      rounds.stop();
      relay.disconnected();
    },
    logTrouble: (trouble) => {
      if (trouble.type === "LogRefused" && !isOfAuthor(trouble, logs))
        return relay.fault(trouble.error.type);
      if (trouble.type !== "LogForked" && trouble.type !== "LogRefused") return;
      const { name } = trouble;
      for (const { vault, memory, watch } of cores())
        if (
          name.kind === LogKind.Vault ? name.log === vault : memory.view.state.members.has(name.log)
        )
          watch.logTrouble(trouble);
    },
    leave: async () => {
      if (relay.faced === undefined) return;
      await Promise.all(cores().map((core) => core.sayBeacon("leaving").catch(() => {})));
    },
  };
};

/**
 * Whoever wrote it signed it; anything else about a record that does not hold is the relay's doing, and so
 * is one beside those that are here: our log goes on without it.
 */
const isOfAuthor = ({ name, index, error }: LogRefused, logs: FollowedLogs): boolean =>
  index > (logs.head(name)?.index ?? -1) &&
  (error.type === "RuleViolated" ||
    error.type === "VersionUnsupported" ||
    error.type === "RecordUnknown");
