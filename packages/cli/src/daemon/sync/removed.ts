import { Exit } from "../../exits.ts";

/** Every place that finds this device removed says it in these words. */
export const deviceRemoved = {
  code: "DeviceRemoved",
  exit: Exit.DeviceRemoved,
  message:
    "This device was removed: the relay refuses it, and nothing written here counts any more. What is here can be read.",
  next: "duro export --to DIR keeps what is here; to come back: duro uninstall --purge, then duro join. If nobody removed it, the relay lies: duro pause, and write on",
} as const;
