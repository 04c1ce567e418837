/**
 * The service through its commands. The managers of services are played: each writes down what it was
 * told, and starts what it was given with as little of an environment as a real one.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { duroFile, type Json } from "./tools/machine.ts";

const folder = mkdtempSync(join(tmpdir(), "duro-service-"));
const home = join(folder, "duro");
const script = join(home, "data", "service", "start");
const programs = join(folder, "bin");

const manager = `#!/bin/sh
echo "$(basename "$0") $*" >> "${folder}/ran"
case "$*" in
  *restart*|*bootstrap*) (env -i HOME="$HOME" /bin/sh "${script}" </dev/null >/dev/null 2>&1 &) ;;
  *" show "*) printf 'ActiveState=active\\nUnitFileState=enabled\\n' ;;
  *show-user*) echo Linger=no ;;
esac
`;

const duro = (args: readonly string[], added: Record<string, string> = {}) => {
  const env = {
    HOME: folder,
    DURO_HOME: home,
    PATH: [programs, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    ...added,
  };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [duroFile, ...args, "--json", "--no-input"],
    { env, encoding: "utf8" },
  );
  const json: Json = JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
  return { code: status, json, out: stdout, err: stderr };
};

beforeAll(() => {
  mkdirSync(programs);
  for (const name of ["systemctl", "loginctl", "launchctl"]) {
    writeFileSync(join(programs, name), manager);
    chmodSync(join(programs, name), 0o755);
  }
});

afterAll(() => {
  duro(["daemon", "stop"]);
  rmSync(folder, { recursive: true, force: true });
});

/** A service starts when it likes. */
const answers = async (): Promise<boolean> => {
  for (let count = 0; count < 100; count += 1) {
    if (existsSync(join(home, "run", "daemon.sock"))) return true;
    await sleep(100);
  }
  return false;
};

test("a service is installed, runs the daemon, says how it stands, and goes; the memory stays", async () => {
  const words = join(folder, "words.txt");
  expect(duro(["init", "--local-only", "--recovery-out", words]).code).toBe(0);
  expect(duro(["remember", "Deploys run from main"]).code).toBe(0);

  // The daemon that a command had started makes room for the service's.
  const proxy = { HTTPS_PROXY: "http://ann:secret@proxy.example:3128" };
  const installed = duro(["service", "install"], proxy);
  expect(installed.code).toBe(0);
  expect(installed.json.files).toContain(script);
  expect(installed.out + installed.err).not.toContain("secret");
  expect(readFileSync(join(home, "data", "service", "environment"), "utf8")).toContain("secret");
  expect(await answers()).toBe(true);
  expect(duro(["search", "deploys"]).json.items).toHaveLength(1);

  const status = duro(["service", "status"]);
  expect(status.code).toBe(0);
  expect(status.json).toMatchObject({ installed: true, current: true });
  const checks = (args: readonly string[], added?: Record<string, string>): Json[] =>
    duro(["doctor", ...args], added).json.checks;
  expect(checks([], proxy)).toContainEqual(
    expect.objectContaining({ name: "service", result: "ok" }),
  );
  expect(checks([])).toContainEqual(expect.objectContaining({ name: "proxy", result: "warning" }));

  writeFileSync(script, "#!/bin/sh\n");
  expect(duro(["service", "status"])).toMatchObject({ code: 4, json: { current: false } });

  expect(duro(["uninstall", "--purge"]).code).toBe(2);
  expect(duro(["uninstall", "--yes"])).toMatchObject({ code: 0, json: { purged: false } });
  expect(existsSync(script)).toBe(false);
  expect(existsSync(join(home, "run", "daemon.sock"))).toBe(false);
  expect(duro(["service", "status"]).json).toMatchObject({ installed: false, starts: "never" });
  expect(duro(["search", "deploys"]).json.items).toHaveLength(1);

  expect(duro(["uninstall", "--purge", "--yes"])).toMatchObject({ code: 0, json: { kept: [] } });
  expect(existsSync(home)).toBe(false);
});
