import { DeviceScope } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { describe, expect, test } from "vitest";
import type { Access } from "../ports/accountStore.ts";
import { deviceOf, deviceRowOf, userOf, vaultOf } from "../testing/storeSamples.ts";
import { mayUseToken } from "./mayUseToken.ts";

const asked = (access: Access | undefined, isWrite: boolean, isRevoked = false) =>
  mayUseToken(
    {
      accessTo: async () => access,
      device: async () => deviceRowOf(userOf(1), 1, { isRevoked, scope: DeviceScope.Full }),
    },
    { vault: vaultOf(1), blob: undefined, isWrite, device: deviceOf(1), expiresAtMs: 1 },
  );

describe("a token that was granted", () => {
  test("is worth nothing to a device that was revoked since", async () => {
    expect(await asked({ kind: "member", role: Role.Owner }, false)).toBe(true);
    expect(await asked({ kind: "member", role: Role.Owner }, false, true)).toBe(false);
  });

  test("is worth nothing to somebody who was removed since", async () => {
    expect(await asked(undefined, false)).toBe(false);
  });

  test("does not write for somebody who may only read by now", async () => {
    expect(await asked({ kind: "member", role: Role.Writer }, true)).toBe(true);
    expect(await asked({ kind: "member", role: Role.Viewer }, true)).toBe(false);
    expect(await asked({ kind: "viewer" }, true)).toBe(false);
    expect(await asked({ kind: "viewer" }, false)).toBe(true);
  });
});
