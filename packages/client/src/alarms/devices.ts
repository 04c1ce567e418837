/** Devices of which nothing comes. Not an attack: a laptop in a drawer looks the same as a thief's. */
import type { DeviceId, VaultId } from "@duro/protocol";
import type { StaleDevice } from "./alarms.ts";

const dayMs = 86_400_000;

/** A device that runs says something every day; a week is longer than most are switched off. */
export const staleDeviceMs = 7 * dayMs;

export interface HeardDevice {
  readonly device: DeviceId;
  /** By our own clock, when the newest envelope of it came; when it was added, if none did. */
  readonly lastHeardMs: number;
}

/**
 * Of the active full devices of writers, ours aside. Only what is caught up can tell: before that, what
 * they wrote may be on its way.
 */
export const staleDevices = (
  vault: VaultId,
  heard: readonly HeardDevice[],
  nowMs: number,
): readonly StaleDevice[] =>
  heard
    .filter(({ lastHeardMs }) => nowMs - lastHeardMs > staleDeviceMs)
    .map(({ device, lastHeardMs }) => ({ type: "StaleDevice", vault, device, lastHeardMs }));
