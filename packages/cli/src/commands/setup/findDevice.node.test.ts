import { expect, test } from "vitest";
import type { DeviceJson } from "../../api/setupCalls.ts";
import { findDevice } from "./findDevice.ts";

const device = (id: string, name: string, revoked = false): DeviceJson => ({
  id,
  name,
  scope: "full",
  lastSeen: null,
  revoked,
  isThis: false,
});
const devices = [
  device("aaaa1111", "Laptop"),
  device("aaaa2222", "Desk"),
  device("bbbb3333", "desk", true),
  device("cccc4444", ""),
  device("dddd5555", "old", true),
];

test.each([
  ["aaaa1111", "aaaa1111"],
  ["aaaa1", "aaaa1111"],
  ["AAAA2", "aaaa2222"],
  ["laptop", "aaaa1111"],
  ["DESK", "aaaa2222"],
  ["bbbb3333", "bbbb3333"],
  ["old", "dddd5555"],
])("%s is the device %s", (typed, id) => {
  expect(findDevice(devices, typed)).toMatchObject({ ok: true, value: { id } });
});

test.each([
  ["aaaa", "DeviceAmbiguous"],
  ["aaa", "DeviceUnknown"],
  ["", "DeviceUnknown"],
  ["phone", "DeviceUnknown"],
])("%j is refused: %s", (typed, code) => {
  expect(findDevice(devices, typed)).toMatchObject({ ok: false, error: { code, exit: 2 } });
});
