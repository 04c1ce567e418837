/** Gives a device another name; the relay never sees it. */
import type { Command } from "./command.ts";
import { findDevice } from "./setup/findDevice.ts";

export const command: Command = {
  name: "device rename",
  about: "gives a device another name",
  arguments: [
    { name: "ID", about: "of the device, the beginning of one, or its name" },
    { name: "NAME", about: "what it is called from now on, on every machine" },
  ],
  flags: {},
  examples: [['duro device rename 3f9a "desk at work"', "known everywhere after the next sync"]],
  run: async ({ api, out, args }) => {
    const list = await api.call("devices", { isSeen: false });
    if (!list.ok) return out.problem(list.error);
    const device = findDevice(list.value.devices, args[0] ?? "");
    if (!device.ok) return out.problem(device.error);
    const { id } = device.value;
    const answer = await api.call("renameDevice", { id, name: args[1] ?? "" });
    if (!answer.ok) return out.problem(answer.error);
    return out.result(answer.value, () => `${id} is called ${answer.value.name}`);
  },
};
