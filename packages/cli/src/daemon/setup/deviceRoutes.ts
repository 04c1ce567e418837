/** `duro device …`: which devices there are, what they are called, and their end. */
import { cleanLabel, revokeDevice, type RevokeError, systemRandomBytes } from "@duro/client";
import { err, ok } from "@duro/crypto/types";
import { nameDevice } from "@duro/memory";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { needHome } from "../needHome.ts";
import { change } from "../entries/entryProblems.ts";
import { body, text } from "../shapes.ts";
import { callRoute } from "../routes.ts";
import { deviceRemoved } from "../sync/removed.ts";
import { connected } from "./connected.ts";
import { deviceJsons, devicesOf } from "./deviceFacts.ts";
import { acknowledgeDevices } from "./deviceNotices.ts";
import { deviceHere } from "./deviceHere.ts";
import { endedProblem, notTakenProblem } from "./relayProblems.ts";
import { alone } from "./setupDeps.ts";
import { label, yesNo } from "./shapes.ts";

export const devicesRoute = callRoute<"devices">({
  name: "devices",
  schema: body({ isSeen: yesNo }),
  run: async (daemon, { isSeen }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    if (isSeen) acknowledgeDevices(daemon, home.value);
    return ok({ devices: await deviceJsons(home.value, daemon.nowMs()) });
  },
});

export const revokeDeviceRoute = callRoute<"revokeDevice">({
  name: "revokeDevice",
  schema: body({ id: text }),
  run: (daemon, { id }) =>
    alone(daemon, async () => {
      const home = needHome(daemon);
      if (!home.ok) return home;
      const found = devicesOf(home.value.engine).find((device) => device.id === id);
      if (found === undefined || found.isRevoked) return err(notActive(id));
      const url = await connected(daemon, home.value);
      if (!url.ok) return url;
      const device = await deviceHere(daemon);
      if (!device.ok) return device;
      const deps = {
        engine: home.value.engine,
        device: device.value,
        randomBytes: systemRandomBytes,
      };
      const name = home.value.nameOf(found.id);
      const revoked = await revokeDevice(deps, found.id);
      if (!revoked.ok) return err(revokeProblem(url.value, id, revoked.error));
      return ok({ device: found.id, name, owed: revoked.value.owed });
    }),
});

export const renameDeviceRoute = callRoute<"renameDevice">({
  name: "renameDevice",
  schema: body({ id: text, name: label }),
  run: async (daemon, { id, name }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const clean = cleanLabel(name);
    const written = await change(home.value, "fact", (memory) =>
      nameDevice(memory, id, { name: clean }),
    );
    return written.ok ? ok({ device: id, name: clean }) : written;
  },
});

const notActive = (id: string): Problem => ({
  code: "DeviceNotActive",
  exit: Exit.Usage,
  message: `No device ${id} is active: it was removed already, or was never there.`,
  next: "duro device list",
});

const revokeProblem = (url: string, id: string, error: RevokeError): Problem => {
  switch (error.type) {
    case "DeviceNotActive":
      return notActive(id);
    case "DeviceIsOwn":
      return {
        code: error.type,
        exit: Exit.Usage,
        message:
          "A machine does not remove itself: whoever removes one makes the next key, which this one may not know.",
        next: `on another of your machines: duro device revoke ${id}`,
      };
    case "DeviceIsPaper":
      return {
        code: error.type,
        exit: Exit.Usage,
        message: "These are your recovery words: they end when others take their place.",
        next: "duro key new-phrase",
      };
    case "KeyOutOfReach":
      return deviceRemoved;
    case "RecordLost":
      return endedProblem(url, undefined);
    case "RecordRefused":
      return notTakenProblem(url, "the removal", error, "try again; duro status shows what stands");
  }
};
