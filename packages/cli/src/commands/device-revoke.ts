/** Ends a device for good, as a machine that was lost. */
import type { DeviceJson } from "../api/setupCalls.ts";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import type { Command, CommandContext } from "./command.ts";
import { saidYes } from "./saidYes.ts";
import { deviceLabel } from "./setup/deviceLabel.ts";
import { findDevice } from "./setup/findDevice.ts";

export const command: Command = {
  name: "device revoke",
  about: "removes a device for good",
  arguments: [{ name: "ID", about: "of the device, the beginning of one, or its name" }],
  flags: {},
  examples: [
    ["duro device revoke old-laptop", "asks, then removes it and makes new keys"],
    ["duro device revoke 3f9a --yes", "for a script"],
  ],
  notes: [
    "What it has read it has; from then on nothing is sealed that it could read, and what it writes counts nowhere.",
    "It does not come back under its old keys: it can join anew as another device.",
  ],
  run: async (context) => {
    const { api, out, args } = context;
    const list = await api.call("devices", { isSeen: false });
    if (!list.ok) return out.problem(list.error);
    const device = findDevice(list.value.devices, args[0] ?? "");
    if (!device.ok) return out.problem(device.error);
    if (!(await isMeant(context, device.value))) return out.problem(notMeant);
    const answer = await api.call("revokeDevice", { id: device.value.id });
    if (!answer.ok) return out.problem(answer.error);
    const { owed } = answer.value;
    return out.result(answer.value, () =>
      [
        `Removed: ${deviceLabel(device.value)}. What is written from now on it cannot read.`,
        ...(owed.length === 0
          ? []
          : ["New keys could not be made everywhere yet: the daemon does it as soon as it can."]),
      ].join("\n"),
    );
  },
};

const isMeant = async (
  { out, canAsk, isAgreed }: CommandContext,
  device: DeviceJson,
): Promise<boolean> => {
  // Whoever names a device in a script has decided.
  if (!canAsk || isAgreed) return true;
  out.say(
    `${deviceLabel(device)} is removed for good: it reads nothing new, and writes nothing that counts.`,
  );
  const typed = await out.ask("Remove it? [y/N] ");
  return saidYes(typed);
};

const notMeant: Problem = {
  code: "NotAgreed",
  exit: Exit.Usage,
  message: "Nothing was removed: the answer was not a yes.",
  next: "duro device list, then duro device revoke ID for the right one",
};
