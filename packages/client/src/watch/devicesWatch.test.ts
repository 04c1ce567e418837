import { systemRandomBytes } from "@duro/crypto";
import { createPerson, type Person, withDevice } from "@duro/crypto/testing/people";
import { expect, test } from "vitest";
import { openFollowedLogs } from "../logs/followedLogs.ts";
import { createManualClock } from "../testing/manualClock.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { seedStore } from "../testing/seedStore.ts";
import { openDevicesWatch } from "./devicesWatch.ts";

const deps = { randomBytes: systemRandomBytes };

test("a record that was kept and not told when the program ended is told at the next start, and once", async () => {
  const founder = createPerson(deps);
  const { person: ada, device } = withDevice(deps, founder);
  const { person: grown, device: third } = withDevice(deps, ada);
  const store = openMemoryLocalStore(createMemoryDisk());
  const { user } = ada.state;
  const open = async ({ records }: Pick<Person, "records">) => {
    await seedStore(store, user, records);
    const logs = await openFollowedLogs(store);
    const clock = createManualClock();
    const told: string[] = [];
    const watch = await openDevicesWatch({
      store,
      clock,
      logs,
      user,
      device: device.id,
      onAlarms: (_, { byKey }) => {
        for (const { alarm } of byKey.values()) told.push(alarm.type);
      },
    });
    return { watch, told };
  };
  // What was there when it came is no news.
  expect((await open(ada)).told).toEqual([]);
  const { told, watch } = await open(grown);
  expect(told).toEqual(["DeviceAdded"]);
  expect([...watch.book.byKey.values()]).toMatchObject([
    { alarm: { device: third.id, by: founder.device.id }, healedAtMs: undefined },
  ]);
  const again = await open(grown);
  expect(again.told).toEqual([]);
  expect(again.watch.book).toEqual(watch.book);
});
