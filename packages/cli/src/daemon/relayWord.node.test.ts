import { expect, test } from "vitest";
import { heedRelay } from "./relayWord.ts";
import type { Settings } from "./settings.ts";

type Status = Parameters<typeof heedRelay>[0];

const silentLog = { info: () => {}, warn: () => {}, error: () => {} };
const removed: Status["ended"] = { kind: "closed", refusal: "DeviceRemoved" };

/** What the settings say afterwards. */
const heard = (status: Status, now: Settings): Settings => {
  let after = now;
  const change = async (changed: Partial<Settings>): Promise<void> => {
    after = { ...after, ...changed };
  };
  heedRelay(status, { settings: { now, change }, log: silentLog });
  return after;
};

test("a relay that turns this device away is believed until it lets it in again", () => {
  const told = heard({ link: "stopped", ended: removed }, {});
  expect(told).toEqual({ isRemovedByRelay: true });
  expect(heard({ link: "waiting", ended: removed }, told)).toBe(told);
  expect(heard({ link: "ready", ended: undefined }, told)).toEqual({ isRemovedByRelay: false });
});

test("a connection that is lost says nothing about this device", () => {
  const removedBefore = { isRemovedByRelay: true };
  for (const now of [{}, removedBefore])
    expect(heard({ link: "waiting", ended: { kind: "closed", refusal: undefined } }, now)).toBe(
      now,
    );
});
