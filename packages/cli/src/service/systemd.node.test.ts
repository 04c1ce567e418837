import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planService } from "./plan.ts";
import { createSystemdService, systemdUnit } from "./systemd.ts";
import { createFakeMachine } from "./testing/fakeMachine.ts";

const plan = planService({
  platform: "linux",
  places: { home: undefined, dataFolder: "/home/ann/.local/share/duro" },
  env: { HTTPS_PROXY: "http://proxy.example:3128" },
  program: "/usr/local/bin/duro",
});
const unitPath = "/home/ann/.config/systemd/user/duro.service";
const lingerOff = { "loginctl show-user": { out: "Linger=no\n" } };
const lingerOn = { "loginctl show-user": { out: "Linger=yes\n" } };

describe("installing a unit", () => {
  test("turns linger on first, writes everything, and starts it now and at boot", async () => {
    const machine = createFakeMachine({ answers: lingerOff });
    const installed = await createSystemdService(machine, plan).install();
    expect(installed).toMatchObject({ ok: true, value: { starts: "boot", linger: "turned on" } });
    expect(machine.ran).toEqual([
      "loginctl show-user 1000 --property=Linger",
      "loginctl enable-linger 1000",
      "systemctl --user show-environment",
      "systemctl --user daemon-reload",
      "systemctl --user enable duro.service",
      "systemctl --user restart duro.service",
    ]);
    expect([...machine.files.keys()]).toEqual([
      plan.memoryFile,
      plan.variables.path,
      plan.script.path,
      unitPath,
    ]);
  });

  test("leaves a linger alone that somebody else turned on", async () => {
    const machine = createFakeMachine({ answers: lingerOn });
    const service = createSystemdService(machine, plan);
    expect(await service.install()).toMatchObject({ value: { linger: "was on" } });
    expect(await service.uninstall()).toMatchObject({ value: { isLingerOff: false } });
    expect(machine.ran.join("\n")).not.toMatch(/(?:enable|disable)-linger/u);
  });

  test("says that it starts at login only where linger was refused", async () => {
    const answers = { ...lingerOff, "loginctl enable-linger": { code: 1, err: "Access denied" } };
    const installed = await createSystemdService(createFakeMachine({ answers }), plan).install();
    expect(installed).toMatchObject({ value: { starts: "login", linger: "refused" } });
  });

  test("writes nothing where there is no systemd, and says what to do instead", async () => {
    const answers = {
      loginctl: { code: undefined },
      "systemctl --user show-environment": { code: 1, err: "Failed to connect to bus: gone\n" },
    };
    const machine = createFakeMachine({ answers });
    const installed = await createSystemdService(machine, plan).install();
    expect(installed).toMatchObject({ ok: false, error: { code: "NoServiceManager" } });
    expect(!installed.ok && installed.error.message).toContain("Failed to connect to bus: gone");
    expect(!installed.ok && installed.error.next).toContain("duro daemon");
    expect(machine.files.size).toBe(0);
  });

  test("takes back its linger where systemd then does not answer", async () => {
    const answers = { ...lingerOff, "systemctl --user show-environment": { code: 1 } };
    const machine = createFakeMachine({ answers });
    await createSystemdService(machine, plan).install();
    expect(machine.ran).toContain("loginctl disable-linger 1000");
    expect(machine.files.size).toBe(0);
  });

  test("names the line of WSL's settings that is missing there", async () => {
    const machine = createFakeMachine({
      env: { WSL_DISTRO_NAME: "Debian" },
      answers: { "systemctl --user show-environment": { code: 1 } },
    });
    const installed = await createSystemdService(machine, plan).install();
    expect(!installed.ok && installed.error.next).toContain("/etc/wsl.conf");
  });

  test("names the file and the reason where the disk refuses it", async () => {
    const machine = createFakeMachine({ readOnlyFolder: "/home/ann/.config" });
    const installed = await createSystemdService(machine, plan).install();
    expect(!installed.ok && installed.error.message).toContain(unitPath);
    expect(!installed.ok && installed.error.message).toContain("EROFS");
  });
});

describe("a unit that is there", () => {
  test("is stopped and removed with all its files, and its linger with it", async () => {
    const machine = createFakeMachine({ answers: lingerOff });
    const service = createSystemdService(machine, plan);
    await service.install();
    machine.ran.length = 0;
    expect(await service.uninstall()).toMatchObject({ ok: true, value: { isLingerOff: true } });
    expect(machine.files.size).toBe(0);
    expect(machine.ran[0]).toBe("systemctl --user disable --now duro.service");
    expect(machine.ran).toContain("loginctl disable-linger 1000");
  });

  test("is current until a file of it is another", async () => {
    const show = { out: "ActiveState=active\nUnitFileState=enabled\n" };
    const machine = createFakeMachine({ answers: { ...lingerOn, "systemctl --user show ": show } });
    const service = createSystemdService(machine, plan);
    expect(await service.status()).toMatchObject({ isInstalled: false, starts: "never" });
    await service.install();
    expect(await service.status()).toMatchObject({
      isInstalled: true,
      isCurrent: true,
      isRunning: true,
      starts: "boot",
    });
    machine.files.set(unitPath, { path: unitPath, text: "[Unit]\n", mode: 0o644 });
    expect(await service.status()).toMatchObject({ isInstalled: true, isCurrent: false });
  });

  test("waits for a login where linger is off, and tells why its last start failed", async () => {
    const show = { out: "ActiveState=inactive\nUnitFileState=enabled\n" };
    const machine = createFakeMachine({
      answers: { ...lingerOff, "systemctl --user show ": show },
    });
    const service = createSystemdService(machine, plan);
    await service.install();
    const { failureFile } = plan;
    machine.files.set(failureFile, { path: failureFile, text: "not found\n", mode: 0o600 });
    expect(await service.status()).toMatchObject({
      isRunning: false,
      starts: "login",
      lastFailure: "not found",
    });
  });
});

/** Systemd's own reader, where it is here: it needs no manager. */
const analyze = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), "duro-unit-"));
  try {
    const file = join(folder, "duro-test.service");
    writeFileSync(file, text);
    const ran = spawnSync("systemd-analyze", ["verify", "--user", file], {
      encoding: "utf8",
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
    });
    return ran.error === undefined ? ran.stderr : "";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

test("systemd itself finds no fault in the unit, where this machine has one", () => {
  expect(analyze(systemdUnit(plan))).toBe("");
});
