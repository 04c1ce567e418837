/**
 * Tells of devices that came without this machine's doing, until somebody has looked: a week, or until
 * `duro device list` was run here. A log has no times, so when each was first seen is kept in a file of
 * this machine.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { AlarmJson } from "../../api/syncCalls.ts";
import { dayMs } from "../../durations.ts";
import type { Daemon, Home } from "../daemon.ts";
import { type DeviceFacts, devicesOf } from "./deviceFacts.ts";
import { standingRefusal } from "./registering.ts";

/** By device, when it was first seen here; null: somebody knows of it. */
export type SeenDevices = Readonly<Record<string, number | null>>;

const toldForMs = 7 * dayMs;
const fileMode = 0o600;

interface Noticed {
  readonly notices: readonly AlarmJson[];
  readonly seen: SeenDevices;
}

/** `seen` undefined: this machine looks for the first time, and what it finds is what it came to. */
export const noticeDevices = (
  devices: readonly DeviceFacts[],
  seen: SeenDevices | undefined,
  nameOf: (id: string) => string,
  nowMs: number,
): Noticed => {
  if (seen === undefined) return { notices: [], seen: known(devices) };
  const notices: AlarmJson[] = [];
  const next: Record<string, number | null> = { ...seen };
  for (const device of devices) {
    const { id, isThis, isRevoked } = device;
    const sinceMs = Object.hasOwn(next, id) ? (next[id] ?? null) : isThis ? null : nowMs;
    next[id] = sinceMs;
    if (sinceMs !== null && !isRevoked && nowMs - sinceMs < toldForMs)
      notices.push(noticeOf(device, nameOf(id), sinceMs));
  }
  return { notices, seen: next };
};

const known = (devices: readonly DeviceFacts[]): SeenDevices =>
  Object.fromEntries(devices.map(({ id }) => [id, null]));

const noticeOf = ({ id, scope }: DeviceFacts, name: string, sinceMs: number): AlarmJson => ({
  code: "new-device",
  severity: "notice",
  message:
    scope === "paper"
      ? "New recovery words were made for this memory. If that was not you, somebody else has a way in."
      : `A new device was let into this memory: ${name === id ? id : `${name} (${id})`}${scope === "viewer" ? ", which may read" : ""}. If that was not you, remove it.`,
  next:
    scope === "paper"
      ? "duro key new-phrase, with your words, ends the others; duro device list: you have seen it"
      : `duro device revoke ${id}; or duro device list, which says that you have seen it`,
  since: new Date(sinceMs).toISOString(),
});

const schema = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]));

const fileOf = ({ places }: Pick<Daemon, "places">): string =>
  join(places.dataFolder, "seen-devices.json");

const readSeen = (path: string): SeenDevices | undefined => {
  try {
    const seen: unknown = JSON.parse(readFileSync(path, "utf8"));
    return Value.Check(schema, seen) ? seen : undefined;
  } catch {
    // None yet. One that cannot be read is begun anew: it holds nothing that is not in the log.
    return undefined;
  }
};

const writeSeen = (path: string, seen: SeenDevices): void => {
  const draft = `${path}.new`;
  try {
    writeFileSync(draft, JSON.stringify(seen), { mode: fileMode });
    renameSync(draft, path);
  } catch {
    // Told once more the next time.
  }
};

type Watching = Pick<Daemon, "places" | "nowMs" | "store">;

/** For `duro status`, beside the alarms of the engine. */
export const setupNotices = (daemon: Watching, home: Home): readonly AlarmJson[] => {
  const path = fileOf(daemon);
  const before = readSeen(path);
  const nowMs = daemon.nowMs();
  const { notices, seen } = noticeDevices(devicesOf(home.engine), before, home.nameOf, nowMs);
  if (JSON.stringify(before) !== JSON.stringify(seen)) writeSeen(path, seen);
  const refusal = standingRefusal(daemon);
  if (refusal === undefined) return notices;
  const { code, message, next = "duro doctor" } = refusal.problem;
  const since = new Date(refusal.sinceMs).toISOString();
  return [...notices, { code, message, next, since, severity: "warning" }];
};

/** Somebody at this machine knows of all devices that there are. */
export const acknowledgeDevices = (daemon: Pick<Daemon, "places">, { engine }: Home): void =>
  writeSeen(fileOf(daemon), known(devicesOf(engine)));
