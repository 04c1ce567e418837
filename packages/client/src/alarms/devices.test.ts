import { expect, test } from "vitest";
import { staleDeviceMs, staleDevices } from "./devices.ts";
import { aVault, deviceNumber } from "./testing/aliases.ts";

const nowMs = Date.UTC(2026, 10, 21);

test("a device is stale when nothing came of it for a week, and not before", () => {
  const heard = [
    { device: deviceNumber(1), lastHeardMs: nowMs - staleDeviceMs },
    { device: deviceNumber(2), lastHeardMs: nowMs - staleDeviceMs - 1 },
  ];
  expect(staleDevices(aVault, heard, nowMs)).toEqual([
    {
      type: "StaleDevice",
      vault: aVault,
      device: deviceNumber(2),
      lastHeardMs: nowMs - staleDeviceMs - 1,
    },
  ]);
});

test("a clock that went back makes no device stale", () => {
  const heard = [{ device: deviceNumber(1), lastHeardMs: nowMs + staleDeviceMs }];
  expect(staleDevices(aVault, heard, nowMs)).toEqual([]);
});
