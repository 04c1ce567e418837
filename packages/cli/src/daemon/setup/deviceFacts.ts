/** Devices of the person who lives here, as their log has them, for people. */
import type { Engine } from "@duro/client";
import { DeviceScope } from "@duro/crypto/types";
import { devicesIn } from "@duro/memory";
import type { DeviceJson } from "../../api/setupCalls.ts";
import type { Home } from "../daemon.ts";

type DeviceId = Engine["device"];

export interface DeviceFacts {
  readonly id: DeviceId;
  readonly scope: DeviceJson["scope"];
  readonly isThis: boolean;
  readonly isRevoked: boolean;
  readonly expiresAtMs: number | undefined;
}

/** In the order in which they were let in; words on paper, which are no machine, behind the machines. */
export const devicesOf = (
  engine: Pick<Engine, "identity" | "user" | "device">,
): readonly DeviceFacts[] =>
  [...(engine.identity(engine.user)?.devices.values() ?? [])]
    .map(({ id, scope, revokedAt, expiresAtMs }) => ({
      id,
      scope: scopeName(scope),
      isThis: id === engine.device,
      isRevoked: revokedAt !== undefined,
      expiresAtMs,
    }))
    .toSorted((left, right) => Number(left.scope === "paper") - Number(right.scope === "paper"));

export const scopeName = (scope: DeviceScope): DeviceJson["scope"] => {
  switch (scope) {
    case DeviceScope.Full:
      return "full";
    case DeviceScope.Viewer:
      return "viewer";
    case DeviceScope.Paper:
      return "paper";
  }
};

export const deviceJsons = async (home: Home, nowMs: number): Promise<readonly DeviceJson[]> => {
  const named = await home.read((memory) => devicesIn(memory));
  return devicesOf(home.engine).map(({ id, scope, isThis, isRevoked, expiresAtMs }) => {
    const known = named.ok ? named.value.get(id) : undefined;
    const seenMs = isThis ? nowMs : home.vault.heard.get(id);
    return {
      id,
      name: known?.name ?? (scope === "paper" ? "recovery words" : ""),
      scope,
      lastSeen: seenMs === undefined ? null : new Date(seenMs).toISOString(),
      revoked: isRevoked,
      system: known?.system,
      expires: expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString(),
      isThis,
    };
  });
};
