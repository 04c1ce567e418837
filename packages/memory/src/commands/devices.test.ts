/** Names of devices: the newest wins, on every device the same, and a hostile one harms nobody. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rootDoc } from "../docs/names.ts";
import { createWorld, errorOf, valueOf } from "../testing/replicas.ts";
import { devicesIn, nameDevice } from "./devices.ts";

const phone = "0123456789abcdef0123456789abcdef";

describe("a device's name", () => {
  test("reaches every device, with what it runs on, and keeps that when it is renamed", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    valueOf(nameDevice(laptop, phone, { name: " phone ", system: "Android" }));
    world.exchange();
    world.clock.nowMs += 5;
    valueOf(nameDevice(tower, phone, { name: "Ben's phone" }));
    world.exchange();
    for (const memory of [laptop, tower])
      expect(valueOf(devicesIn(memory)).get(phone)).toEqual({
        name: "Ben's phone",
        system: "Android",
        at: world.clock.nowMs,
      });
  });

  test("is the last one given, though the clock of who gave it is behind", () => {
    const world = createWorld({ clockErrorMs: { tower: -60_000 } });
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    valueOf(nameDevice(laptop, phone, { name: "first" }));
    world.exchange();
    valueOf(nameDevice(tower, phone, { name: "second" }));
    world.exchange();
    expect(valueOf(devicesIn(laptop)).get(phone)?.name).toBe("second");
  });

  test("given by two devices at once is one and the same everywhere, in any order of arrival", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.integer({ min: 0, max: 2 }), (isReversed, laterMs) => {
        const world = createWorld();
        const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
        valueOf(nameDevice(laptop, phone, { name: "from laptop" }));
        world.clock.nowMs += laterMs;
        valueOf(nameDevice(tower, phone, { name: "from tower" }));
        world.exchange((sent) => (isReversed ? sent.toReversed() : sent));
        const names = [laptop, tower].map((memory) => valueOf(devicesIn(memory)).get(phone)?.name);
        expect(names).toEqual(["from tower", "from tower"]);
      }),
      { numRuns: 20 },
    );
  });

  test("is refused empty or too long, and names nobody where it is no name", () => {
    const { memory, doc } = createWorld().device("laptop");
    expect(errorOf(nameDevice(memory, phone, { name: "  " })).type).toBe("BadField");
    expect(errorOf(nameDevice(memory, phone, { name: "x".repeat(121) })).type).toBe("BadField");
    const table = doc(rootDoc).getMap("devices");
    for (const value of [
      7,
      "text",
      null,
      { name: 7, at: 1 },
      { name: "late" },
      { name: "", at: 2 },
    ])
      table.set(`${phone}:x${JSON.stringify(value)}`, value);
    expect(valueOf(devicesIn(memory)).size).toBe(0);
  });
});
