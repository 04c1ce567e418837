/** An agent of launchd: macOS starts it when the user logs in. */
import { err, ok, type Result } from "../result.ts";
import { posix } from "node:path";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";
import { areCurrent, firstLine, removeFiles, writeFiles } from "./files.ts";
import type { Machine, MachineFile, Ran } from "./machine.ts";
import type { Service, ServicePlan } from "./service.ts";
import { xmlText } from "./xmlText.ts";

const agentMode = 0o644;

const labelOf = (plan: ServicePlan): string => `${plan.name}.daemon`;

/** It comes back after a crash, half a minute later, and not after `duro daemon stop`. */
const launchdAgent = (plan: ServicePlan): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xmlText(labelOf(plan))}</string>
  <key>ProgramArguments</key>
  <array>
    <string>/bin/sh</string>
    <string>${xmlText(plan.script.path)}</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>30</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
`;

export const launchdAgentFile = (machine: Machine, plan: ServicePlan): MachineFile => ({
  path: posix.join(machine.homeFolder, "Library", "LaunchAgents", `${labelOf(plan)}.plist`),
  text: launchdAgent(plan),
  mode: agentMode,
});

export const createLaunchdService = (machine: Machine, plan: ServicePlan): Service => {
  const agent = launchdAgentFile(machine, plan);
  const label = labelOf(plan);
  // Whoever is logged in over SSH alone has no screen, and thus not the first of them.
  const domains = [`gui/${machine.userId}`, `user/${machine.userId}`];
  const ask = async (...args: readonly string[]): Promise<Ran> => machine.run("launchctl", args);
  const unload = async (): Promise<void> => {
    for (const domain of domains) await ask("bootout", `${domain}/${label}`);
  };

  const load = async (): Promise<Result<void, Problem>> => {
    let said = "";
    for (const domain of domains) {
      await ask("enable", `${domain}/${label}`);
      const ran = await ask("bootstrap", domain, agent.path);
      if (ran.code === 0) return ok(undefined);
      said = ran.err;
    }
    return err({
      code: "ServiceRefused",
      exit: Exit.Unexpected,
      message: `launchd did not take ${agent.path}: ${firstLine(said)}.`,
      next: "duro doctor",
    });
  };

  return {
    manager: "launchd",
    install: async () => {
      const files = await writeFiles(machine, [plan.variables, plan.script, agent]);
      if (!files.ok) return files;
      await unload();
      const loaded = await load();
      return loaded.ok ? ok({ files: files.value, starts: "login" }) : loaded;
    },
    uninstall: async () => {
      await unload();
      const paths = [agent, plan.script, plan.variables].map(({ path }) => path);
      const files = await removeFiles(machine, [...paths, plan.failureFile, plan.memoryFile]);
      return files.ok ? ok({ files: files.value, isLingerOff: false }) : files;
    },
    status: async () => {
      const isInstalled = (await machine.readText(agent.path)) !== undefined;
      const shown = await Promise.all(
        domains.map(async (domain) => ask("print", `${domain}/${label}`)),
      );
      return {
        manager: "launchd",
        name: plan.name,
        file: agent.path,
        isInstalled,
        isCurrent: isInstalled && (await areCurrent(machine, [agent, plan.script])),
        isRunning: shown.some(({ code, out }) => code === 0 && /^\s*state = running$/mu.test(out)),
        starts: isInstalled && shown.some(({ code }) => code === 0) ? "login" : "never",
        lastFailure: (await machine.readText(plan.failureFile))?.trim(),
      };
    },
  };
};
