/** A task of the Windows scheduler: it starts when the user logs on, without a window. */
import { err, ok } from "../result.ts";
import { win32 } from "node:path";
import { Exit } from "../exits.ts";
import { areCurrent, firstLine, removeFiles, writeFiles } from "./files.ts";
import type { Machine, MachineFile, Ran } from "./machine.ts";
import type { Service, ServicePlan } from "./service.ts";
import { xmlText } from "./xmlText.ts";

const taskMode = 0o600;

/** As the scheduler shows it. */
const taskNameOf = ({ name }: ServicePlan): string => name.replace(/^duro/u, "Duro");

/**
 * conhost without a head: a script that is started as it is opens a black window. It comes back a minute
 * after a crash, and runs for as long as the user is logged on.
 */
const windowsTask = (machine: Machine, { script }: ServicePlan): string =>
  `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Duro: keeps this machine's memory, and in step with others</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <UserId>${xmlText(machine.userName)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xmlText(machine.userName)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
    <Hidden>true</Hidden>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>conhost.exe</Command>
      <Arguments>--headless cmd.exe /d /c "${xmlText(script.path)}"</Arguments>
    </Exec>
  </Actions>
</Task>
`.replaceAll("\n", "\r\n");

export const windowsTaskFile = (machine: Machine, plan: ServicePlan): MachineFile => ({
  path: win32.join(plan.folder, "task.xml"),
  text: windowsTask(machine, plan),
  mode: taskMode,
  encoding: "utf16",
});

export const createWindowsTaskService = (machine: Machine, plan: ServicePlan): Service => {
  const task = windowsTaskFile(machine, plan);
  const name = taskNameOf(plan);
  const ask = async (...args: readonly string[]): Promise<Ran> => machine.run("schtasks.exe", args);

  return {
    manager: "windows-task",
    install: async () => {
      const files = await writeFiles(machine, [plan.variables, plan.script, task]);
      if (!files.ok) return files;
      for (const step of [
        ["/Create", "/TN", name, "/XML", task.path, "/F"],
        ["/Run", "/TN", name],
      ]) {
        const ran = await ask(...step);
        if (ran.code !== 0)
          return err({
            code: "ServiceRefused",
            exit: Exit.Unexpected,
            message: `schtasks ${step.join(" ")} failed: ${firstLine(ran.err)}.`,
            next: "duro doctor",
          });
      }
      return ok({ files: files.value, starts: "login" });
    },
    uninstall: async () => {
      await ask("/End", "/TN", name);
      await ask("/Delete", "/TN", name, "/F");
      const paths = [task, plan.script, plan.variables].map(({ path }) => path);
      const files = await removeFiles(machine, [...paths, plan.failureFile, plan.memoryFile]);
      return files.ok ? ok({ files: files.value, isLingerOff: false }) : files;
    },
    status: async () => {
      const isInstalled = (await ask("/Query", "/TN", name)).code === 0;
      // What the scheduler says of a task's state is in the user's language; its number is not.
      const shown = await machine.run("powershell.exe", [
        "-NoProfile",
        "-Command",
        `[int](Get-ScheduledTask -TaskName '${name}').State`,
      ]);
      return {
        manager: "windows-task",
        name: plan.name,
        file: task.path,
        isInstalled,
        isCurrent: isInstalled && (await areCurrent(machine, [task, plan.script])),
        isRunning: shown.code === 0 && shown.out.trim() === taskRunning,
        starts: isInstalled && shown.out.trim() !== taskDisabled ? "login" : "never",
        lastFailure: (await machine.readText(plan.failureFile))?.trim(),
      };
    },
  };
};

/** Of the enumeration StateEnum. */
const taskDisabled = "1";
const taskRunning = "4";
