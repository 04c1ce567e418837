import type { ServiceInstalled } from "../service/service.ts";
import { thisService, type ThisService } from "../service/thisService.ts";
import { maskedUrl, proxyOf } from "../service/variables.ts";
import type { Command, CommandContext } from "./command.ts";

export const command: Command = {
  name: "service install",
  about: "has the system start the daemon",
  arguments: [],
  flags: {},
  examples: [
    ["duro service install", "installs it, or brings it up to date; for this user, never as root"],
    [
      "HTTPS_PROXY=http://proxy:3128 duro service install",
      "hands the proxy of this shell on to it",
    ],
  ],
  notes: [
    "On Linux a unit of your own systemd, with linger so that it starts at boot; on macOS an agent of launchd; on Windows a task of the scheduler. They start a script of Duro's that looks for duro each time, so upgrades of Node and npm do not break it.",
  ],
  startsDaemon: false,
  run: async (context) => {
    const { out } = context;
    const here = await thisService(context);
    if (here.program.isPassing)
      out.say(
        `Note: ${here.program.path} is npx's, which may tidy it away; better install Duro globally first`,
      );
    // One that a command started would keep the service's from its lock.
    const ended = await context.stopDaemon();
    if (!ended.ok) return out.problem(ended.error);
    const installed = await here.service.install();
    if (!installed.ok) return out.problem(installed.error);
    const { value } = installed;
    return out.result(
      {
        manager: here.service.manager,
        name: here.plan.name,
        files: value.files,
        starts: value.starts,
        linger: value.linger ?? null,
      },
      () => installedText(here, value, context),
    );
  },
};

const lingerTexts: Readonly<Record<NonNullable<ServiceInstalled["linger"]>, string>> = {
  "was on": "linger is on for your user",
  "turned on": "linger was turned on for your user; duro service uninstall turns it off again",
  refused:
    "linger was refused, so it ends when you log out; an administrator may run: loginctl enable-linger",
  unknown: "whether it goes on when you log out is not known here",
};

const installedText = (
  { plan }: ThisService,
  { starts, linger, files }: ServiceInstalled,
  { env, out: { style } }: Pick<CommandContext, "env" | "out">,
): string => {
  const proxy = proxyOf(env);
  return [
    style.good(`The service ${plan.name} is installed and started.`),
    `Starts   ${starts === "boot" ? "when this machine starts" : "when you log in"}${linger === undefined ? "" : `; ${lingerTexts[linger]}`}`,
    ...(proxy === undefined ? [] : [`Proxy    ${maskedUrl(proxy)}, from this shell`]),
    ...files.map((file, index) => `${index === 0 ? "Files    " : "         "}${file}`),
  ].join("\n");
};
