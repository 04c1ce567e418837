import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";

export const deviceRemoved: Problem = {
  code: "DeviceRemoved",
  exit: Exit.DeviceRemoved,
  message:
    "This device was removed from the vault by another one: what is here can be read, and nothing written here counts any more.",
  next: "duro export --to FOLDER to keep what is here; to come back: remove Duro's data here (duro uninstall), then duro join",
};
