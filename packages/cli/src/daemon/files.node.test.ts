import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { assert } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { createFileLog, logFileName } from "./fileLog.ts";
import { takeLock } from "./lock.ts";
import { openSettings } from "./settingsFile.ts";
import { temporaryFolder } from "./testing/localHome.ts";

describe("the daemon's lock", () => {
  test("is held once, and again when it was let go", async () => {
    const path = join(await temporaryFolder(), "lock");
    const release = takeLock(path);
    expect(release).toBeDefined();
    expect(takeLock(path)).toBeUndefined();
    release?.();
    const again = takeLock(path);
    expect(again).toBeDefined();
    again?.();
  });

  test("of a process that was killed is free", async () => {
    const path = join(await temporaryFolder(), "lock");
    const script = join(await temporaryFolder(), "holder.mts");
    const lockFile = JSON.stringify(join(import.meta.dirname, "lock.ts"));
    await writeFile(
      script,
      `import { takeLock } from ${lockFile};
       takeLock(process.argv[2]);
       process.send("held");
       setInterval(() => {}, 1_000);`,
    );
    const holder = fork(script, [path]);
    await once(holder, "message");
    expect(takeLock(path)).toBeUndefined();
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const release = takeLock(path);
    expect(release).toBeDefined();
    release?.();
  });
});

describe("settings", () => {
  test("outlive the program, and only their owner may read them", async () => {
    const path = join(await temporaryFolder(), "config", "settings.json");
    const settings = await openSettings(path);
    assert(settings.ok, "they open");
    await Promise.all([
      settings.value.change({ server: "https://relay.example" }),
      settings.value.change({ pausedUntil: "always" }),
    ]);
    const again = await openSettings(path);
    expect(again.ok && again.value.now).toEqual({
      server: "https://relay.example",
      pausedUntil: "always",
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test.each(["{", "[]", '{"server":7}', '{"pausedUntil":"soon"}'])(
    "that are %s are refused with the name of their file, and left alone",
    async (text) => {
      const path = join(await temporaryFolder(), "settings.json");
      await writeFile(path, text);
      const settings = await openSettings(path);
      expect(settings.ok).toBe(false);
      expect(!settings.ok && settings.error.message).toContain(path);
      expect(await readFile(path, "utf8")).toBe(text);
    },
  );
});

test("the daemon's own log takes no more than its files are allowed", async () => {
  const folder = join(await temporaryFolder(), "log");
  const log = createFileLog({ folder, nowMs: () => 0, fileByteLengthMax: 2_000 });
  for (let number = 0; number < 500; number += 1) log.info("tick", { number });
  const names = await readdir(folder);
  expect(names.toSorted()).toEqual([
    logFileName,
    `${logFileName}.1`,
    `${logFileName}.2`,
    `${logFileName}.3`,
  ]);
  for (const name of names)
    expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(2_000);
  const newest = await readFile(join(folder, logFileName), "utf8");
  expect(newest).toContain('"number":499');
});
