import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { launchdAgentFile } from "./launchd.ts";
import type { MachineFile } from "./machine.ts";
import { planService } from "./plan.ts";
import { systemdUnitFile } from "./systemd.ts";
import { createFakeMachine } from "./testing/fakeMachine.ts";
import { windowsTaskFile } from "./windowsTask.ts";

const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, "testing", "golden", name), "utf8");

const unixText = ({ text }: MachineFile): string => text.replaceAll("\r\n", "\n");

const env = {
  HTTPS_PROXY: "http://ann:pa'ss@proxy.example:3128",
  NO_PROXY: "localhost,.example",
  NODE_EXTRA_CA_CERTS: "/etc/ssl/our authority.pem",
  DURO_CA_FILE: "/etc/ssl/ca.pem",
  PATH: "/home/ann/.nvm/versions/node/v24.21.0/bin:/usr/bin",
  HOME: "/home/ann",
  SECRET_TOKEN: "stays here",
};

describe("what is written on Linux", () => {
  const plan = planService({
    platform: "linux",
    places: { home: undefined, dataFolder: "/home/ann/.local/share/duro" },
    env,
    program: "/home/ann/.nvm/versions/node/v24.21.0/bin/duro",
  });

  test("the unit is this one, in the folder of the user's units", () => {
    const unit = systemdUnitFile(createFakeMachine(), plan);
    expect(unit.path).toBe("/home/ann/.config/systemd/user/duro.service");
    expect(unit.text).toBe(golden("duro.service"));
  });

  test("the script is this one, and only its user runs it", () => {
    expect(plan.script).toMatchObject({
      path: "/home/ann/.local/share/duro/service/start",
      mode: 0o700,
    });
    expect(plan.script.text).toBe(golden("start"));
  });

  test("the variables are the proxy's and the authorities', in a file that nobody else reads", () => {
    expect(plan.variables.mode).toBe(0o600);
    expect(plan.variables.text).toBe(golden("environment"));
  });

  test("the unit names no place of Node or of the program", () => {
    const unit = systemdUnitFile(createFakeMachine(), plan);
    expect(unit.text).not.toMatch(/nvm|node|bin\/duro/u);
    // The script neither, so that an upgrade leaves it what the next version would write.
    expect(plan.script.text).not.toContain("v24.21.0");
  });
});

test("a folder of its own has a service of its own, whatever letters are in its name", () => {
  const plan = planService({
    platform: "linux",
    places: { home: '/srv/a "b" 50%$x', dataFolder: '/srv/a "b" 50%$x' },
    env: {},
    program: "/usr/bin/duro",
  });
  const unit = systemdUnitFile(createFakeMachine(), plan);
  expect(plan.name).toMatch(/^duro-[0-9a-f]{8}$/u);
  expect(unit.path).toBe(`/home/ann/.config/systemd/user/${plan.name}.service`);
  expect(unit.text).toContain(String.raw`ExecStart=/bin/sh "/srv/a \"b\" 50%%$$x/service/start"`);
  expect(plan.variables.text).toContain(`export DURO_HOME='/srv/a "b" 50%$x'`);
});

test("the agent of macOS is this one", () => {
  const plan = planService({
    platform: "darwin",
    places: { home: undefined, dataFolder: "/Users/ann/Library/Application Support/Duro & Co" },
    env,
    program: "/opt/homebrew/bin/duro",
  });
  const machine = createFakeMachine({ platform: "darwin", homeFolder: "/Users/ann" });
  const agent = launchdAgentFile(machine, plan);
  expect(agent.path).toBe("/Users/ann/Library/LaunchAgents/duro.daemon.plist");
  expect(agent.text).toBe(golden("duro.daemon.plist"));
});

describe("what is written on Windows", () => {
  const plan = planService({
    platform: "win32",
    places: { home: undefined, dataFolder: String.raw`C:\Users\Ann\AppData\Local\Duro` },
    env: { HTTPS_PROXY: "http://proxy.example:3128/%41", Path: String.raw`C:\Windows` },
    program: String.raw`C:\Users\Ann\AppData\Roaming\npm\duro.cmd`,
  });

  test("the task is this one, in the letters that the scheduler reads", () => {
    const machine = createFakeMachine({ platform: "win32", userName: String.raw`OFFICE\Ann` });
    const task = windowsTaskFile(machine, plan);
    expect(task).toMatchObject({
      path: String.raw`C:\Users\Ann\AppData\Local\Duro\service\task.xml`,
      encoding: "utf16",
    });
    expect(unixText(task)).toBe(golden("task.xml"));
  });

  test("the script and its variables are these", () => {
    expect(unixText(plan.script)).toBe(golden("start.cmd"));
    expect(unixText(plan.variables)).toBe(golden("environment.cmd"));
  });
});
