/** Where this machine stands, and what needs somebody. */
import { DeviceScope } from "@duro/crypto/types";
import type { DeviceStatusJson, StatusJson } from "../../api/syncCalls.ts";
import type { Daemon, Home } from "../daemon.ts";
import { alarmsOf } from "./alarms.ts";

export const statusOf = (daemon: Daemon, home: Home): StatusJson => {
  const { engine, vault, index } = home;
  const { server, pausedUntil } = daemon.settings.now;
  const alarms = [...alarmsOf(home, home.nameOf), ...daemon.notices(home)];
  return {
    state: stateOf(
      daemon,
      home,
      alarms.some(({ severity }) => severity !== "notice"),
    ),
    server: server ?? null,
    pending: server === undefined ? 0 : vault.status.pendingCount,
    devices: devicesOf(home, daemon.nowMs()),
    alarms,
    ...(pausedUntil === undefined ? {} : { pausedUntil: pausedText(pausedUntil) }),
    user: engine.user,
    device: engine.device,
    vault: vault.id,
    entries: Object.fromEntries(index.countByType()),
  };
};

export const pausedText = (until: number | "always"): string =>
  until === "always" ? until : new Date(until).toISOString();

const stateOf = (
  daemon: Daemon,
  { engine, vault, isRemoved }: Home,
  isAlarming: boolean,
): StatusJson["state"] => {
  const { server, pausedUntil } = daemon.settings.now;
  if (isAlarming || isRemoved) return "attention";
  if (server === undefined) return "local";
  if (pausedUntil !== undefined) return "paused";
  if (engine.status.link === "stopped") return "attention";
  if (engine.status.link !== "ready") return "waiting";
  const { isCaughtUp, pendingCount } = vault.status;
  return isCaughtUp && pendingCount === 0 ? "current" : "syncing";
};

const devicesOf = ({ engine, vault, nameOf }: Home, nowMs: number): readonly DeviceStatusJson[] => {
  const counts = new Map<string, { head: number; receipted: number }>();
  for (const row of engine.chains(vault.id)) {
    const known = counts.get(row.device) ?? { head: 0, receipted: 0 };
    // What is here of others came from the relay.
    const receipted = row.device === engine.device ? row.receipted : row.head.at;
    counts.set(row.device, {
      head: known.head + row.head.at,
      receipted: known.receipted + receipted,
    });
  }
  return [...(engine.identity(engine.user)?.devices ?? [])]
    .filter(([, known]) => known.scope === DeviceScope.Full && known.revokedAt === undefined)
    .map(([id]) => {
      const { head, receipted } = counts.get(id) ?? { head: 0, receipted: 0 };
      const isThis = id === engine.device;
      const seenMs = isThis ? nowMs : vault.heard.get(id);
      return {
        id,
        name: nameOf(id),
        head,
        receipted,
        lastSeen: seenMs === undefined ? null : new Date(seenMs).toISOString(),
        isThis,
      };
    });
};
