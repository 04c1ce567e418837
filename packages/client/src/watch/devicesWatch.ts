/**
 * Tells of what other devices of this person did to the list of devices: whoever let one in, or ended one.
 * A thief with one of them can do both, but not unseen.
 */
import { assert, decode, encode, LogKind } from "@duro/crypto/types";
import {
  decodeIdentityPayload,
  decodeRecord,
  deviceIdOf,
  type IdentityState,
  isActive,
  type LogRecord,
} from "@duro/crypto/verify";
import type { DeviceId, LogName, UserId } from "@duro/protocol";
import type { Alarm } from "../alarms/alarms.ts";
import {
  type AlarmBook,
  clear,
  decodeAlarms,
  encodeAlarms,
  noAlarms,
  raise,
} from "../alarms/standing.ts";
import { createSerial } from "../engine/serial.ts";
import type { FollowedLogs } from "../logs/followedLogs.ts";
import type { Clock } from "../ports/clock.ts";
import type { LocalStore } from "../ports/localStore.ts";
import { factKey, recordKey, recordsOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";

export interface DevicesWatch {
  readonly book: AlarmBook;
  /** The person's log may have grown, or time has passed. */
  look(): Promise<void>;
}

export interface DevicesWatchDeps {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly logs: Pick<FollowedLogs, "identity">;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly onAlarms: (before: AlarmBook, after: AlarmBook) => void;
}

/** Long enough for somebody who is away; nobody can say that they have read it. */
const toldMs = 14 * 24 * 3_600_000;

const bookKey = factKey("deviceAlarms");
const seenKey = factKey("devicesSeen");
const numberByteLengthMax = 16;

export const openDevicesWatch = async (deps: DevicesWatchDeps): Promise<DevicesWatch> => {
  const { store, clock, logs, user, device } = deps;
  const name: LogName = { kind: LogKind.Identity, log: user };
  const jobs = createSerial();
  let book = await readBook(store);
  let seenIndex = await readSeen(store);

  /** What was there when this device came is no news. */
  const recordsSince = async (fromIndex: number): Promise<readonly LogRecord[]> => {
    const range = { ...recordsOf(name), from: recordKey(name, fromIndex) };
    return (await readRange(store, "records", range)).map(({ value }) => {
      const record = decodeRecord(value);
      assert(record.ok, "the store holds records that were judged");
      return record.value;
    });
  };

  const judge = (identity: IdentityState, records: readonly LogRecord[]): AlarmBook => {
    const nowMs = clock.nowMs();
    let next = book;
    for (const record of records) {
      const alarm = alarmOf(identity, record);
      if (alarm !== undefined && alarm.by !== device) next = raise(next, alarm, nowMs);
    }
    const old = [...next.byKey.values()].filter(({ sinceMs }) => nowMs - sinceMs > toldMs);
    const isOld = new Set(old.map(({ alarm }) => alarm));
    // Whoever ended a device has read that it came.
    const isEnded = (alarm: Alarm): boolean =>
      alarm.type === "DeviceAdded" && !isActive(identity.devices.get(alarm.device));
    return clear(next, (alarm) => isOld.has(alarm) || isEnded(alarm), nowMs);
  };

  const look = async (): Promise<void> => {
    const identity = logs.identity(user);
    if (identity === undefined) return;
    const { index } = identity.head;
    const records =
      seenIndex === undefined || seenIndex >= index ? [] : await recordsSince(seenIndex + 1);
    const before = book;
    const next = judge(identity, records);
    if (next === before && seenIndex === index) return;
    const committed = await store.commit([
      { kind: "put", table: "facts", key: bookKey, value: encodeAlarms(next) },
      { kind: "put", table: "facts", key: seenKey, value: encode((to) => to.varUint(index)) },
    ]);
    // A store without room: it is found again at the next look.
    if (!committed.ok) return;
    book = next;
    seenIndex = index;
    if (next !== before) deps.onAlarms(before, next);
  };

  await jobs.run(look);
  return {
    get book() {
      return book;
    },
    look: () => jobs.run(look),
  };
};

const alarmOf = (
  { devices }: IdentityState,
  { type, payload, author }: LogRecord,
): Extract<Alarm, { type: "DeviceAdded" | "DeviceRevoked" }> | undefined => {
  const said = decodeIdentityPayload(type, payload);
  if (!said.ok) return undefined;
  const by = author.device;
  if (said.value.type === "addDevice") {
    const { scope } = said.value.device;
    return { type: "DeviceAdded", device: deviceIdOf(said.value.device), by, scope };
  }
  if (said.value.type !== "revokeDevice") return undefined;
  const { device } = said.value;
  const scope = devices.get(device)?.scope;
  return scope === undefined ? undefined : { type: "DeviceRevoked", device, by, scope };
};

const readBook = async (store: LocalStore): Promise<AlarmBook> => {
  const bytes = await store.get("facts", bookKey);
  if (bytes === undefined) return noAlarms;
  const book = decodeAlarms(bytes);
  assert(book.ok, "the store holds the alarms that were written");
  return book.value;
};

const readSeen = async (store: LocalStore): Promise<number | undefined> => {
  const bytes = await store.get("facts", seenKey);
  if (bytes === undefined) return undefined;
  const seen = decode({ what: "devices seen", byteLengthMax: numberByteLengthMax }, bytes, (from) =>
    from.varUint(),
  );
  assert(seen.ok, "the store holds what was noted");
  return seen.value;
};
