/** What needs somebody, beside the alarms of the engine. */
import type { AlarmJson } from "../../api/syncCalls.ts";
import type { Home } from "../daemon.ts";
import { deviceRemoved } from "./removed.ts";

export const noticesOf = ({ isRemoved }: Home): readonly AlarmJson[] => {
  if (!isRemoved) return [];
  const { message, next = "" } = deviceRemoved;
  return [{ code: "device-removed", message, next, severity: "alert" }];
};
