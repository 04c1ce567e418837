/** A29: what one device does to the list of devices, every other device tells at once. */
import { systemRandomBytes } from "@duro/crypto";
import { type Person, withDevice, withoutDevice } from "@duro/crypto/testing/people";
import { assert, DeviceScope, LogKind } from "@duro/crypto/types";
import type { Engine } from "@duro/client";
import { afterEach, expect, test } from "vitest";
import {
  createManualClock,
  type ManualClock,
} from "../../../packages/client/src/testing/manualClock.ts";
import { createMemoryDisk } from "../../../packages/client/src/testing/memoryLocalStore.ts";
import { endWorlds, openWorld, until } from "../../client/tools/world.ts";

afterEach(endWorlds);

const deps = { randomBytes: systemRandomBytes };

const notices = (engine: Engine) =>
  engine.alarms.filter(
    ({ alarm }) => alarm.type === "DeviceAdded" || alarm.type === "DeviceRevoked",
  );

const standing = (engine: Engine): readonly string[] =>
  notices(engine).flatMap(({ alarm, healedAtMs }) =>
    healedAtMs === undefined ? [alarm.type] : [],
  );

/** The newest record of that person's log, by that engine. */
const post = async (engine: Engine, { state, records }: Person): Promise<void> => {
  const record = records.at(-1);
  assert(record !== undefined, "a log has a record");
  const posted = await engine.post({ kind: LogKind.Identity, log: state.user }, () =>
    engine.identity(state.user)?.head.id === record.previous ? record : undefined,
  );
  expect(posted.ok).toBe(true);
};

const dayMs = 24 * 3_600_000;

const pass = async (clock: ManualClock, byMs: number): Promise<void> => {
  clock.pass(byMs);
  await new Promise((resolve) => setTimeout(resolve, 20));
};

test("A29 a device that another one lets in, and one that it ends, are told on every other device, once, and not on its own", async () => {
  const { person, first, second, third, open } = await openWorld();
  const disk = createMemoryDisk();
  const thief = await open(first);
  const other = await open(second, disk);
  const told: string[] = [];
  other.onAlarm(({ raised }) => told.push(...raised.map(({ type }) => type)));
  await until(() => [thief, other].every(({ status }) => status.link === "ready"));
  expect([...notices(thief), ...notices(other)]).toEqual([]);

  const { person: grown, device: fourth } = withDevice(deps, person);
  await post(thief, grown);
  await until(() => standing(other).length === 1);
  expect(notices(other)[0]?.alarm).toEqual({
    type: "DeviceAdded",
    device: fourth.id,
    by: first.id,
    scope: DeviceScope.Full,
  });
  const less = withoutDevice(deps, grown, third);
  await post(thief, less);
  await until(() => standing(other).length === 2);
  expect(notices(other)[1]?.alarm).toMatchObject({ type: "DeviceRevoked", device: third.id });
  await other[Symbol.asyncDispose]();

  // It stands after a restart, and is not told again.
  const again = await open(second, disk);
  again.onAlarm(({ raised }) => told.push(...raised.map(({ type }) => type)));
  await until(() => again.status.link === "ready");
  expect(standing(again)).toEqual(["DeviceAdded", "DeviceRevoked"]);
  expect(told.filter((type) => type.startsWith("Device"))).toEqual([
    "DeviceAdded",
    "DeviceRevoked",
  ]);
  expect(notices(thief)).toEqual([]);

  // Whoever ends the newcomer has read of it.
  await post(thief, withoutDevice(deps, less, fourth));
  await until(() => standing(again).filter((type) => type === "DeviceAdded").length === 0);
});

test("A29 what happened while a device was off is told when it comes back, for two weeks", async () => {
  const clock = createManualClock(Date.now());
  const { person, first, second, open } = await openWorld({ nowMs: () => clock.nowMs() });
  const disk = createMemoryDisk();
  const before = await open(second, disk, undefined, { clock });
  await until(() => before.status.link === "ready");
  await before[Symbol.asyncDispose]();
  const thief = await open(first, undefined, undefined, { clock });
  await until(() => thief.status.link === "ready");
  await post(thief, withDevice(deps, person).person);
  const again = await open(second, disk, undefined, { clock });
  await until(() => standing(again).length === 1);
  await again[Symbol.asyncDispose]();
  await pass(clock, 15 * dayMs);
  const later = await open(second, disk, undefined, { clock });
  await until(() => later.status.link === "ready");
  expect(standing(later)).toEqual([]);
  expect(notices(later)).toHaveLength(1);
});
