/** A unit of the user's own systemd, as far as such a unit can be told what Duro needs. */
import { err, ok } from "../result.ts";
import { posix } from "node:path";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { areCurrent, firstLine, removeFiles, writeFiles } from "./files.ts";
import { createLinger } from "./linger.ts";
import type { Machine, MachineFile, Ran } from "./machine.ts";
import type { Service, ServicePlan, ServiceStatus } from "./service.ts";

const unitMode = 0o644;

/** One word of ExecStart: systemd.service(5), "Command lines". */
const unitWord = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;

/**
 * It comes back after a crash, and not after `duro daemon stop`. Half a minute between two tries: a
 * program that cannot start must not keep a processor busy, and an upgrade is over by then. One that a
 * command started keeps its place.
 */
export const systemdUnit = ({ script }: ServicePlan): string => `[Unit]
Description=Duro: keeps this machine's memory, and in step with others
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh ${unitWord(script.path)}
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=${Exit.Busy}
UMask=0077

[Install]
WantedBy=default.target
`;

export const systemdUnitFile = (machine: Machine, plan: ServicePlan): MachineFile => {
  const config = machine.env["XDG_CONFIG_HOME"] ?? posix.join(machine.homeFolder, ".config");
  return {
    path: posix.join(config, "systemd", "user", `${plan.name}.service`),
    text: systemdUnit(plan),
    mode: unitMode,
  };
};

export const createSystemdService = (machine: Machine, plan: ServicePlan): Service => {
  const unit = systemdUnitFile(machine, plan);
  const unitName = `${plan.name}.service`;
  const linger = createLinger(machine, plan.memoryFile);
  const ask = async (...args: readonly string[]): Promise<Ran> =>
    machine.run("systemctl", ["--user", ...args], busVariables(machine));

  return {
    manager: "systemd",
    install: async () => {
      // First, since it also starts the manager of a user who has never logged in.
      const lingers = await linger.turnOn();
      const answered = await ask("show-environment");
      if (answered.code !== 0) {
        await linger.turnOffIfOurs();
        return err(noManager(machine, answered));
      }
      const files = await writeFiles(machine, [plan.variables, plan.script, unit]);
      if (!files.ok) return files;
      for (const step of [["daemon-reload"], ["enable", unitName], ["restart", unitName]]) {
        const ran = await ask(...step);
        if (ran.code !== 0) return err(refused(step, ran));
      }
      const starts = lingers === "was on" || lingers === "turned on" ? "boot" : "login";
      return ok({ files: files.value, starts, linger: lingers });
    },
    uninstall: async () => {
      // Where there is no manager, nothing of it runs, and only the files are left.
      await ask("disable", "--now", unitName);
      const isLingerOff = await linger.turnOffIfOurs();
      const paths = [unit, plan.script, plan.variables].map(({ path }) => path);
      const files = await removeFiles(machine, [...paths, plan.failureFile, plan.memoryFile]);
      await ask("daemon-reload");
      return files.ok ? ok({ files: files.value, isLingerOff }) : files;
    },
    status: async () => readStatus({ machine, plan, unit, linger, ask }),
  };
};

interface Reading {
  readonly machine: Machine;
  readonly plan: ServicePlan;
  readonly unit: MachineFile;
  readonly linger: ReturnType<typeof createLinger>;
  readonly ask: (...args: readonly string[]) => Promise<Ran>;
}

const readStatus = async ({
  machine,
  plan,
  unit,
  linger,
  ask,
}: Reading): Promise<ServiceStatus> => {
  const isInstalled = (await machine.readText(unit.path)) !== undefined;
  const shown = await ask("show", `${plan.name}.service`, "--property=ActiveState,UnitFileState");
  const facts = propertiesOf(shown.code === 0 ? shown.out : "");
  const lingers = await linger.isOn();
  const isEnabled = facts.get("UnitFileState") === "enabled";
  return {
    manager: "systemd",
    name: plan.name,
    file: unit.path,
    isInstalled,
    isCurrent: isInstalled && (await areCurrent(machine, [unit, plan.script])),
    isRunning: facts.get("ActiveState") === "active",
    starts: isInstalled && isEnabled ? (lingers === true ? "boot" : "login") : "never",
    lingers,
    lastFailure: (await machine.readText(plan.failureFile))?.trim(),
  };
};

/** Lines of `Name=value`. */
const propertiesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()] as const];
    }),
  );

/** A shell that `su` or `sudo` opened does not know where its user's systemd listens. */
const busVariables = ({ env, userId }: Machine): Readonly<Record<string, string>> =>
  env["XDG_RUNTIME_DIR"] === undefined && userId !== undefined
    ? { XDG_RUNTIME_DIR: `/run/user/${userId}` }
    : {};

const noManager = ({ env }: Machine, { code, err: said }: Ran): Problem => {
  const why = code === undefined ? "there is no systemctl" : `systemctl says: ${firstLine(said)}`;
  return {
    code: "NoServiceManager",
    exit: Exit.Unexpected,
    message: `This user has no systemd to hand a service to: ${why}.`,
    next:
      env["WSL_DISTRO_NAME"] === undefined
        ? "nothing is lost: any duro command starts the daemon; to have it from the start, let whatever starts programs here run: duro daemon"
        : "put systemd=true under [boot] in /etc/wsl.conf, run wsl --shutdown in Windows, then duro service install again",
  };
};

const refused = (step: readonly string[], { err: said }: Ran): Problem => ({
  code: "ServiceRefused",
  exit: Exit.Unexpected,
  message: `systemctl --user ${step.join(" ")} failed: ${firstLine(said)}.`,
  next: "duro doctor",
});
