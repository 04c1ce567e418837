/** Who is told of a new device, and for how long. */
import { deviceFromSeed } from "@duro/client";
import { expect, test } from "vitest";
import type { DeviceFacts } from "./deviceFacts.ts";
import { noticeDevices, type SeenDevices } from "./deviceNotices.ts";

const dayMs = 86_400_000;
const device = (byte: number, more: Partial<DeviceFacts> = {}): DeviceFacts => ({
  id: deviceFromSeed(new Uint8Array(32).fill(byte)).id,
  scope: "full",
  isThis: byte === 1,
  isRevoked: false,
  expiresAtMs: undefined,
  ...more,
});
const nameOf = (id: string): string => (id === device(3).id ? "phone" : id);
const at = Date.UTC(2026, 10, 21);
const look = (devices: readonly DeviceFacts[], seen: SeenDevices | undefined, nowMs = at) =>
  noticeDevices(devices, seen, nameOf, nowMs);

const here = [device(1), device(2)];
const { seen: known } = look(here, undefined);

test("a machine that looks for the first time is told of nobody: that is what it came to", () => {
  expect(look(here, undefined).notices).toEqual([]);
  expect(look(here, known).notices).toEqual([]);
});

test("a new device is told with the command that removes it, for a week", () => {
  const more = [...here, device(3, { scope: "viewer" })];
  const first = look(more, known);
  expect(first.notices).toMatchObject([
    {
      code: "new-device",
      severity: "notice",
      message: expect.stringContaining("phone") as string,
      next: expect.stringContaining(`duro device revoke ${device(3).id}`) as string,
      since: "2026-11-21T00:00:00.000Z",
    },
  ]);
  const later = look(more, first.seen, at + 7 * dayMs - 1);
  expect(later.notices).toEqual(first.notices);
  expect(look(more, later.seen, at + 7 * dayMs).notices).toEqual([]);
});

test("one that was removed again is told no more, and other words on paper are told as such", () => {
  const { seen } = look([...here, device(3)], known);
  expect(look([...here, device(3, { isRevoked: true })], seen).notices).toEqual([]);
  const [notice] = look([...here, device(4, { scope: "paper" })], known).notices;
  expect(notice?.message).toContain("recovery words");
  expect(notice?.next).toContain("duro key new-phrase");
});

test("this machine itself is news to nobody here", () => {
  expect(look([...here, device(5, { isThis: true })], known).notices).toEqual([]);
});
