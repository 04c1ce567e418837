/** Several devices do anything at all, hear of each other in any order, and end with one memory. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { list } from "./commands/list.ts";
import { exportDoc } from "./exchange/exportDoc.ts";
import { exportToJson } from "./exchange/exportJson.ts";
import { docNames } from "./docs/directory.ts";
import { deviceNames, idsOn, markAll, play, shuffledBy, step } from "./testing/histories.ts";
import { createWorld, valueOf, type Device } from "./testing/replicas.ts";

const exportedBy = ({ memory }: Device): string =>
  exportToJson(valueOf(docNames(memory)).map((name) => valueOf(exportDoc(memory, name))));

const seenBy = (device: Device, withHidden: boolean): string =>
  JSON.stringify(valueOf(list(device.memory, { withHidden, limit: 1_000 })).items);

describe("devices that have exchanged everything", () => {
  test("[MEM8] [MEM12] see the same and export the same bytes, whatever they did and in whatever order they heard of it", () => {
    const keys = fc.array(fc.nat(1_000), { minLength: 7, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), keys, (steps, order) => {
        const world = createWorld({ clockErrorMs: { tower: 90_000, phone: -3_600_000 } });
        const devices = deviceNames.map((name) => world.device(name));
        for (const one of steps) play(world, one);
        // Clocks differ, and what is folded at a time is to be compared at one.
        const readers = ["first", "second", "third"].map((name) => world.device(name));
        for (const [index, { name }] of [...devices, ...readers].entries())
          world.exchange(shuffledBy([index * 100, ...order, index * 50]), name);
        for (const withHidden of [true, false])
          expect(new Set(readers.map((one) => seenBy(one, withHidden))).size).toBe(1);
        const exports = [...devices, ...readers].map(exportedBy);
        expect(new Set(exports).size).toBe(1);
        const onDevices = devices.map((one) => idsOn(one).join());
        expect(new Set(onDevices).size).toBe(1);
      }),
      { numRuns: 120 },
    );
  });

  test("[MEM8] that mark duplicates each for itself end with one shown for each claim", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const world = createWorld();
        const devices = deviceNames.map((name) => world.device(name));
        for (const one of steps) play(world, one);
        // A mark can uncover an older one of a circle, so it takes a second round at most.
        for (let round = 0; round < 3; round += 1) {
          for (const device of devices) markAll(device);
          world.exchange();
        }
        const items = valueOf(list(world.device("laptop").memory, { limit: 1_000 })).items;
        const claims = items.map(
          ({ type, text }) => `${type} ${text.toLowerCase().replace(".", "")}`,
        );
        expect(claims.toSorted()).toEqual([...new Set(claims)].toSorted());
        for (const device of devices)
          expect(seenBy(device, false)).toBe(seenBy(world.device("laptop"), false));
      }),
      { numRuns: 80 },
    );
  });
});
