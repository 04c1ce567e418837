import { describe, expect, test } from "vitest";
import { openService } from "./openService.ts";
import { planService } from "./plan.ts";
import { createFakeMachine } from "./testing/fakeMachine.ts";

describe("an agent of launchd", () => {
  const plan = planService({
    platform: "darwin",
    places: { home: undefined, dataFolder: "/Users/ann/Library/Application Support/Duro" },
    env: {},
    program: "/opt/homebrew/bin/duro",
  });
  const agent = "/Users/ann/Library/LaunchAgents/duro.daemon.plist";

  test("is loaded anew, where somebody sits before a screen", async () => {
    const machine = createFakeMachine({ platform: "darwin", homeFolder: "/Users/ann" });
    const installed = await openService(machine, plan).install();
    expect(installed).toMatchObject({ ok: true, value: { starts: "login" } });
    expect(machine.ran).toEqual([
      "launchctl bootout gui/1000/duro.daemon",
      "launchctl bootout user/1000/duro.daemon",
      "launchctl enable gui/1000/duro.daemon",
      `launchctl bootstrap gui/1000 ${agent}`,
    ]);
  });

  test("goes to the user's other domain where nobody does", async () => {
    const machine = createFakeMachine({
      platform: "darwin",
      homeFolder: "/Users/ann",
      answers: { "launchctl bootstrap gui/": { code: 125, err: "Domain does not support it" } },
    });
    expect(await openService(machine, plan).install()).toMatchObject({ ok: true });
    expect(machine.ran.at(-1)).toBe(`launchctl bootstrap user/1000 ${agent}`);
  });

  test("says what launchd said where it takes the agent nowhere", async () => {
    const machine = createFakeMachine({
      platform: "darwin",
      homeFolder: "/Users/ann",
      answers: { "launchctl bootstrap": { code: 5, err: "Bootstrap failed: 5\n" } },
    });
    const installed = await openService(machine, plan).install();
    expect(!installed.ok && installed.error.message).toContain("Bootstrap failed: 5");
  });

  test("runs or does not, as launchd says, and is gone after an uninstall", async () => {
    const machine = createFakeMachine({
      platform: "darwin",
      homeFolder: "/Users/ann",
      answers: { "launchctl print gui/": { out: "duro.daemon = {\n\tstate = running\n}\n" } },
    });
    const service = openService(machine, plan);
    await service.install();
    expect(await service.status()).toMatchObject({
      isInstalled: true,
      isCurrent: true,
      isRunning: true,
      starts: "login",
    });
    await service.uninstall();
    expect(machine.files.size).toBe(0);
  });
});

describe("a task of Windows", () => {
  const plan = planService({
    platform: "win32",
    places: { home: String.raw`D:\duro`, dataFolder: String.raw`D:\duro\data` },
    env: {},
    program: String.raw`C:\npm\duro.cmd`,
  });
  const name = plan.name.replace("duro", "Duro");

  test("is created from its file and started", async () => {
    const machine = createFakeMachine({ platform: "win32", userName: String.raw`OFFICE\ann` });
    expect(await openService(machine, plan).install()).toMatchObject({ ok: true });
    expect(machine.ran).toEqual([
      String.raw`schtasks.exe /Create /TN ${name} /XML D:\duro\data\service\task.xml /F`,
      `schtasks.exe /Run /TN ${name}`,
    ]);
  });

  test("says what the scheduler said where it refuses", async () => {
    const machine = createFakeMachine({
      platform: "win32",
      answers: { "schtasks.exe /Create": { code: 1, err: "ERROR: Access is denied.\r\n" } },
    });
    const installed = await openService(machine, plan).install();
    expect(!installed.ok && installed.error.message).toContain("Access is denied");
  });

  test("is ended, deleted and forgotten", async () => {
    const machine = createFakeMachine({
      platform: "win32",
      answers: { "powershell.exe": { out: "4\r\n" } },
    });
    const service = openService(machine, plan);
    await service.install();
    expect(await service.status()).toMatchObject({ isRunning: true, starts: "login" });
    machine.ran.length = 0;
    await service.uninstall();
    expect(machine.ran).toEqual([
      `schtasks.exe /End /TN ${name}`,
      `schtasks.exe /Delete /TN ${name} /F`,
    ]);
    expect(machine.files.size).toBe(0);
  });
});
