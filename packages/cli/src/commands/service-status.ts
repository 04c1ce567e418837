import type { Output } from "../output/output.ts";
import type { ServiceStatus } from "../service/service.ts";
import { thisService } from "../service/thisService.ts";
import { Exit } from "../exits.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "service status",
  about: "says whether the system starts the daemon",
  arguments: [],
  flags: {},
  examples: [
    ["duro service status", "exit 4 when it is installed and something is wrong with it"],
    ["duro service status --json", "for scripts"],
  ],
  startsDaemon: false,
  run: async (context) => {
    const { out } = context;
    const { service } = await thisService(context);
    const status = await service.status();
    out.result(statusJson(status), () => statusText(status, out));
    return status.isInstalled && faultOf(status) !== undefined ? Exit.Found : Exit.Done;
  },
};

const statusJson = (status: ServiceStatus): object => ({
  manager: status.manager,
  name: status.name,
  file: status.file ?? null,
  installed: status.isInstalled,
  current: status.isCurrent,
  running: status.isRunning,
  starts: status.starts,
  linger: status.lingers ?? null,
  lastFailure: status.lastFailure ?? null,
});

/** What is not as an install leaves it. */
const faultOf = ({ isCurrent, starts, lastFailure }: ServiceStatus): string | undefined => {
  if (lastFailure !== undefined) return `Its last start failed: ${lastFailure}`;
  if (!isCurrent) return "Its files are not what this version would write.";
  return starts === "never" ? "It is turned off." : undefined;
};

const statusText = (status: ServiceStatus, { style }: Pick<Output, "style">): string => {
  if (!status.isInstalled)
    return [
      style.bold("No service starts the daemon; any duro command does."),
      "  next: duro service install, if it should run from the start",
    ].join("\n");
  const fault = faultOf(status);
  const when = { boot: "when this machine starts", login: "when you log in", never: "never" };
  return [
    style.bold(`The service ${status.name} is installed.`),
    `Starts   ${when[status.starts]}`,
    `Running  ${status.isRunning ? "yes" : "no"}`,
    `File     ${status.file}`,
    ...(status.lingers === false ? ["Linger   off: it ends when you log out"] : []),
    ...(fault === undefined ? [] : [style.warn(fault), "  next: duro service install"]),
  ].join("\n");
};
