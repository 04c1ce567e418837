import { thisService } from "../service/thisService.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "service uninstall",
  about: "takes the service away; the memory stays",
  arguments: [],
  flags: {},
  examples: [["duro service uninstall", "commands go on starting the daemon when they need it"]],
  startsDaemon: false,
  run: async (context) => {
    const { out } = context;
    const { service, plan } = await thisService(context);
    const removed = await service.uninstall();
    if (!removed.ok) return out.problem(removed.error);
    const { files, isLingerOff } = removed.value;
    return out.result({ name: plan.name, removed: files, lingerTurnedOff: isLingerOff }, () =>
      files.length === 0
        ? "There was no service."
        : [
            `The service ${plan.name} is gone; any duro command starts the daemon.`,
            ...(isLingerOff ? ["Linger, which the install had turned on, is off again."] : []),
            ...files.map((file) => `Removed  ${file}`),
          ].join("\n"),
    );
  },
};
