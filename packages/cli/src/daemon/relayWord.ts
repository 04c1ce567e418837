/** What the relay says of this device: it outlives a restart, until the relay lets the device in again. */
import type { EngineStatus } from "@duro/client";
import type { DaemonLog } from "./log.ts";
import type { SettingsFile } from "./settings.ts";

export const heedRelay = (
  { link, ended }: Pick<EngineStatus, "ended" | "link">,
  { settings, log }: { readonly settings: SettingsFile; readonly log: DaemonLog },
): void => {
  if (link !== "ready" && !isTurnedAway(ended)) return;
  const isRemovedByRelay = link !== "ready";
  if ((settings.now.isRemovedByRelay ?? false) === isRemovedByRelay) return;
  settings.change({ isRemovedByRelay }).catch(() => log.warn("the settings could not be written"));
};

const isTurnedAway = (ended: EngineStatus["ended"]): boolean =>
  (ended?.kind === "closed" && ended.refusal === "DeviceRemoved") ||
  (ended?.kind === "refused" && ended.refusal.name === "DeviceRemoved");
