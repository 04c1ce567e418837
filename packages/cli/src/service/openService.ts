/** The service of whatever system this is. */
import { createLaunchdService } from "./launchd.ts";
import type { Machine } from "./machine.ts";
import type { Service, ServicePlan } from "./service.ts";
import { createSystemdService } from "./systemd.ts";
import { createWindowsTaskService } from "./windowsTask.ts";

export const openService = (machine: Machine, plan: ServicePlan): Service => {
  switch (machine.platform) {
    case "darwin":
      return createLaunchdService(machine, plan);
    case "win32":
      return createWindowsTaskService(machine, plan);
    default:
      // Where there is none, it says so.
      return createSystemdService(machine, plan);
  }
};
