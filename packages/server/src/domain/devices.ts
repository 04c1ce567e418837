/** The devices of a user, as their identity log says. */
import { type IdentityState, isActive } from "@duro/crypto/verify";
import type { DeviceRow } from "../ports/logStore.ts";

export const devicesOf = (state: IdentityState): readonly DeviceRow[] =>
  [...state.devices.values()].map((device) => ({
    device: device.id,
    user: state.user,
    signKey: device.signKey,
    scope: device.scope,
    expiresAtMs: device.expiresAtMs,
    isRevoked: !isActive(device),
  }));
