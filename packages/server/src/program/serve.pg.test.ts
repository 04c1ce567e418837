/** The relay as a program around a real Postgres; its core has tests of its own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Exit } from "../exits.ts";
import { openEmptyTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { runServe, type ServeRun } from "./testing/runServe.ts";
import { buildShell } from "./testing/shell.ts";

const parent = mkdtempSync(join(tmpdir(), "duro-serve-"));
afterAll(() => rmSync(parent, { recursive: true }));
let folderCount = 0;
const newFolder = (): string => join(parent, `relay ${(folderCount += 1)}`);

const running: ServeRun[] = [];
const start = (...args: Parameters<typeof runServe>): ServeRun => {
  const run = runServe(...args);
  running.push(run);
  return run;
};
afterEach(async () => {
  for (const run of running.splice(0)) {
    run.stop.ask("the test is over");
    await run.ended;
  }
});

const urlOf = async (run: ServeRun): Promise<string> =>
  (JSON.parse(await run.firstLine()) as { url: string }).url;
const errorIn = (run: ServeRun): { code: string; message: string; next: string } =>
  (JSON.parse(run.out().trim().split("\n").at(-1) ?? "") as { error: never }).error;

interface About {
  readonly relayKey: string;
  readonly generation: string;
}
const aboutOf = async (url: string): Promise<About> =>
  (await (await fetch(`${url}/.well-known/duro`)).json()) as About;

describe("with its own Postgres", () => {
  const data = newFolder();

  test("the first start makes everything, and says where it listens once it does", async () => {
    const run = start(["--json", "--port", "0", "--data", data]);
    const url = await urlOf(run);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ state: "ready" });
    expect(readdirSync(data)).toContain("relay.key");
    run.stop.ask("SIGTERM");
    expect(await run.ended).toBe(Exit.Done);
    expect(run.out()).toBe(`${JSON.stringify({ url })}\n{"stopped":"SIGTERM"}\n`);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("the second start is the same relay", async () => {
    const first = start(["--json", "--port", "0", "--data", data]);
    const about = await aboutOf(await urlOf(first));
    first.stop.ask("SIGTERM");
    await first.ended;
    const second = start(["--json", "--port", "0", "--data", data]);
    expect(await aboutOf(await urlOf(second))).toEqual(about);
  });

  test("a second relay on one folder is told that it is busy", async () => {
    const first = start(["--json", "--port", "0", "--data", data]);
    await urlOf(first);
    const second = start(["--json", "--port", "0", "--data", data]);
    expect(await second.ended).toBe(Exit.Busy);
    expect(errorIn(second)).toMatchObject({ code: "DataFolderBusy" });
  });

  test("without its key it does not start, and makes no other", async () => {
    const key = readFileSync(join(data, "relay.key"));
    rmSync(join(data, "relay.key"));
    const run = start(["--json", "--port", "0", "--data", data]);
    expect(await run.ended).toBe(Exit.Safeguard);
    expect(errorIn(run)).toMatchObject({ code: "RelayKeyMissing" });
    expect(readdirSync(data)).not.toContain("relay.key");
    writeFileSync(join(data, "relay.key"), key, { mode: 0o600 });
  });

  test("with another's key it does not start", async () => {
    const key = readFileSync(join(data, "relay.key"));
    writeFileSync(join(data, "relay.key"), `${"ab".repeat(32)}\n`, { mode: 0o600 });
    const run = start(["--json", "--port", "0", "--data", data]);
    expect(await run.ended).toBe(Exit.WrongKey);
    expect(errorIn(run)).toMatchObject({ code: "RelayKeyOther" });
    writeFileSync(join(data, "relay.key"), key, { mode: 0o600 });
  });

  test("a person reads what to do next", async () => {
    const run = start(["--port", "0", "--data", data]);
    await run.firstLine();
    const text = run.out();
    expect(text).toMatch(/^The relay listens on http:\/\/127\.0\.0\.1:\d+\n/u);
    expect(text).toContain(`data     ${data}`);
    expect(text).toMatch(/database Postgres \d+/u);
    expect(text).toContain(`duro-relay admin invite --data '${data}'`);
    expect(text).toContain("duro init --server http://127.0.0.1:");
    expect(text).not.toContain("\u001B");
  });

  test("asked to stop while it starts, it stops", async () => {
    const run = start(["--json", "--port", "0", "--data", data]);
    await sleep(50);
    run.stop.ask("SIGINT");
    expect(await run.ended).toBe(Exit.Interrupted);
    expect(errorIn(run)).toMatchObject({ code: "Interrupted" });
  });

  test("asked to stop while something keeps it waiting, it stops", async () => {
    const run = start(["--json", "--port", "0", "--data", data], {
      loadApp: async () => async () => new Promise(() => {}),
    });
    await sleep(1_000);
    const startedAt = performance.now();
    run.stop.ask("SIGTERM");
    expect(await run.ended).toBe(Exit.Interrupted);
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    const again = start(["--json", "--port", "0", "--data", data]);
    expect(await urlOf(again)).toMatch(/^http/u);
  });

  test("clients that do not go are left behind within seconds", async () => {
    const run = start(["--json", "--port", "0", "--data", data], {
      loadApp: async () => buildShell(async () => new Promise(() => {})),
    });
    await urlOf(run);
    const startedAt = performance.now();
    run.stop.ask("SIGTERM");
    expect(await run.ended).toBe(Exit.Done);
    expect(performance.now() - startedAt).toBeLessThan(9_000);
    expect(run.err()).toContain("stopping took too long");
  });

  test("a fault on the way is told without its message, and everything is closed", async () => {
    const run = start(["--json", "--port", "0", "--data", data], {
      loadApp: async () => async () => {
        throw new TypeError("CANARY");
      },
    });
    expect(await run.ended).toBe(Exit.Unexpected);
    expect(errorIn(run)).toMatchObject({ code: "Internal" });
    expect(run.err()).toMatch(/"error":"TypeError".*"at":"serve\.pg\.test\.ts:\d+"/u);
    expect(`${run.out()}${run.err()}`).not.toContain("CANARY");
    const again = start(["--json", "--port", "0", "--data", data]);
    expect(await urlOf(again)).toMatch(/^http/u);
  });

  test("the counters have a port of their own where one is asked for", async () => {
    const run = start(["--port", "0", "--data", data, "--metrics-port", "0"]);
    await run.firstLine();
    const url = /metrics +(?<url>http:\S+)/u.exec(run.out())?.groups?.["url"] ?? "";
    expect(await (await fetch(url)).text()).toContain("duro_relay_process_cpu");
  });
});

describe("what is wrong is said before anything is started", () => {
  test("a port that is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const data = newFolder();
    const run = start(["--json", "--port", `${port}`, "--data", data]);
    expect(await run.ended).toBe(Exit.Busy);
    expect(errorIn(run)).toMatchObject({ code: "PortTaken" });
    expect(errorIn(run).message).toContain(`${port}`);
    expect(readdirSync(parent)).not.toContain(data.slice(parent.length + 1));
    taken.close();
  });

  test("an address of another machine", async () => {
    const run = start(["--json", "--host", "192.0.2.1", "--port", "9", "--data", newFolder()]);
    expect(await run.ended).toBe(Exit.Usage);
    expect(errorIn(run)).toMatchObject({ code: "HostUnknown" });
  });

  test.each([["missing"], ["short"]])("a metrics token that is %s", async (kind) => {
    const file = join(parent, "token");
    rmSync(file, { force: true });
    if (kind === "short") writeFileSync(file, "short\n");
    const run = start([
      "--json",
      "--port",
      "0",
      "--data",
      newFolder(),
      "--metrics-token-file",
      file,
    ]);
    expect(await run.ended).toBe(Exit.Usage);
    expect(errorIn(run)).toMatchObject({ code: "MetricsTokenUnusable" });
  });

  test("a viewer without a page", async () => {
    const run = start(["--json", "--port", "0", "--data", newFolder(), "--viewer", parent]);
    expect(await run.ended).toBe(Exit.Usage);
    expect(errorIn(run)).toMatchObject({ code: "ViewerMissing" });
  });

  test("a file where the folder should be", async () => {
    const file = join(parent, "file");
    writeFileSync(file, "");
    const run = start(["--json", "--port", "0", "--data", join(file, "below")]);
    expect(await run.ended).toBe(Exit.Unexpected);
    expect(errorIn(run)).toMatchObject({ code: "FolderUnusable" });
  });
});

describe("with a Postgres of the operator's", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openEmptyTestDatabase();
  });
  afterAll(() => database.close());

  test("it makes its tables there, and keeps its key here", async () => {
    const data = newFolder();
    const env = { DATABASE_URL: database.url };
    const run = start(["--json", "--port", "0", "--data", data], { env });
    const about = await aboutOf(await urlOf(run));
    expect(readdirSync(data)).toEqual(["relay.key"]);
    run.stop.ask("SIGTERM");
    await run.ended;
    const again = start(["--json", "--port", "0", "--data", data], { env });
    expect(await aboutOf(await urlOf(again))).toEqual(about);
  });

  test("a new key for a database that has one is refused", async () => {
    const data = newFolder();
    const run = start(["--json", "--port", "0", "--data", data, "--database-url", database.url]);
    expect(await run.ended).toBe(Exit.WrongKey);
    expect(errorIn(run)).toMatchObject({ code: "RelayKeyOther" });
    expect(`${run.out()}${run.err()}`).not.toContain(database.url);
    expect(readdirSync(data)).toEqual([]);
  });

  test("a newer database is left alone", async () => {
    const newer = await openEmptyTestDatabase();
    const data = newFolder();
    const env = { DATABASE_URL: newer.url };
    const first = start(["--json", "--port", "0", "--data", data], { env });
    await urlOf(first);
    first.stop.ask("SIGTERM");
    await first.ended;
    await newer.sql`
      insert into schema_migrations (number, name, hash, applied_at)
      values (9999, 'newer', ${new Uint8Array(32)}, now())`;
    const run = start(["--json", "--port", "0", "--data", data], { env });
    expect(await run.ended).toBe(Exit.VersionMismatch);
    expect(errorIn(run)).toMatchObject({ code: "SchemaNewer" });
    await newer.close();
  });

  test("somebody else's tables are left alone", async () => {
    const theirs = await openEmptyTestDatabase();
    await theirs.sql`create table invoices (id integer)`;
    const env = { DATABASE_URL: theirs.url };
    const run = start(["--json", "--port", "0", "--data", newFolder()], { env });
    expect(await run.ended).toBe(Exit.Safeguard);
    expect(errorIn(run)).toMatchObject({ code: "NotOurDatabase" });
    await theirs.close();
  });

  test("a database that is not there is unreachable, and its password is not told", async () => {
    const env = { DATABASE_URL: "postgres://ada:CANARY@127.0.0.1:1/duro" };
    const run = start(["--json", "--port", "0", "--data", newFolder()], { env });
    expect(await run.ended).toBe(Exit.Unreachable);
    expect(errorIn(run)).toMatchObject({
      code: "DatabaseUnreachable",
      message: "The database at postgres://127.0.0.1:1/duro does not answer (ECONNREFUSED).",
    });
    expect(`${run.out()}${run.err()}`).not.toContain("CANARY");
  });

  test("a database of that name that does not exist is a refusal", async () => {
    const url = new URL(database.url);
    url.pathname = "/no_such_database";
    const env = { DATABASE_URL: url.href };
    const run = start(["--json", "--port", "0", "--data", newFolder()], { env });
    expect(await run.ended).toBe(Exit.Unreachable);
    expect(errorIn(run)).toMatchObject({ code: "DatabaseRefuses" });
  });
});
