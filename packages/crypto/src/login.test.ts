import { describe, expect, test } from "vitest";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { isLoginBy, type LoginClaim, signLogin } from "./login.ts";
import { createRelayKeys } from "./receipt.ts";
import { BrokenAssumption } from "./result.ts";
import { filled } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const deps = { randomBytes: seededRandomBytes("login") };
const device = createDeviceKeys(deps);
const other = createDeviceKeys(deps);
const relay = createRelayKeys(deps);

const claim: LoginClaim = {
  relayHost: "relay.example:443",
  relayKey: relay.signKey,
  relayNonce: filled(32, 9),
  device: device.id,
  nowMs: 1_800_000_000_000,
};
const signature = signLogin(device.signSecret, claim);

test("a login is good for the device that signed it", () => {
  expect(isLoginBy(device.signKey, claim, signature)).toBe(true);
  expect(isLoginBy(other.signKey, claim, signature)).toBe(false);
});

describe("a login is good for nothing else", () => {
  test.each<[string, Partial<LoginClaim>]>([
    ["another host", { relayHost: "relay.example:444" }],
    ["the host in upper case", { relayHost: "RELAY.example:443" }],
    ["a longer host", { relayHost: "relay.example:443." }],
    ["another relay key", { relayKey: createRelayKeys(deps).signKey }],
    ["another nonce", { relayNonce: filled(32, 8) }],
    ["a shorter nonce", { relayNonce: filled(31, 9) }],
    ["a longer nonce", { relayNonce: filled(33, 9) }],
    ["no nonce", { relayNonce: new Uint8Array() }],
    ["another device", { device: other.id }],
    ["another time", { nowMs: claim.nowMs + 1 }],
  ])("%s", (_, changed) => {
    expect(isLoginBy(device.signKey, { ...claim, ...changed }, signature)).toBe(false);
  });
});

test("a time that is no whole number is our own bug", () => {
  expect(() => signLogin(device.signSecret, { ...claim, nowMs: 0.5 })).toThrow(BrokenAssumption);
});
