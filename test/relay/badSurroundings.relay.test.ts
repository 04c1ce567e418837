/** What an operator gets wrong, or a machine: one sentence that names it, a right exit code, and no damage. */
import { chmodSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  canBecomeOrdinary,
  hasMounts,
  isRoot,
  ordinaryUid,
} from "../../packages/server/src/embedded/testing/machine.ts";
import { Exit } from "../../packages/server/src/exits.ts";
import { connectSql, type Sql } from "../../packages/server/src/postgres/sql.ts";
import {
  createPerson,
  createVault,
  incarnationOf,
} from "../../packages/crypto/src/testing/people.ts";
import { envelopesToRun } from "../../packages/protocol/src/index.ts";
import {
  appendRecords,
  registerRecords,
} from "../../packages/server/src/testing/registerPerson.ts";
import { connectClient } from "../../packages/server/src/testing/relayClient.ts";
import { createChainWriter } from "../../packages/server/src/testing/testVault.ts";
import { newFolder } from "./tools/folders.ts";
import { deps } from "./tools/world.ts";
import { createKept } from "./tools/kept.ts";
import { startOn } from "./tools/crashRounds.ts";
import { openOwnDisk } from "./tools/ownDisk.ts";
import { endEverything, type Failure, startProgram, type StartOptions } from "./tools/program.ts";
import { addressIn, databaseUrlIn } from "./tools/verifySql.ts";

/** Its Postgres stands for the operator's own. */
let host: string;
let hostUrl: string;
let hostErr: () => string;
let sql: Sql;
beforeAll(async () => {
  host = newFolder();
  const program = startOn(host);
  hostErr = program.err;
  hostUrl = await program.url();
  sql = connectSql(addressIn(host), { connectionCountMax: 1 });
});
afterAll(async () => {
  await sql.end();
  await endEverything();
});

interface Refused extends Failure {
  readonly exit: number | null;
}

const serveArguments = (data: string): readonly string[] => [
  "--json",
  `--data=${data}`,
  "--registration=open",
];

/** One object on stdout, and nobody has to read a stack. */
const startRefused = async (
  args: readonly string[],
  options: StartOptions = {},
): Promise<Refused> => {
  const program = startProgram(args, options);
  const { code: exit } = await program.ended;
  expect(program.out().trimEnd().split("\n")).toHaveLength(1);
  expect(program.err()).not.toMatch(/\n\s+at /u);
  return { ...program.failure(), exit };
};

const withDatabase = (url: string, data = newFolder()): Promise<Refused> =>
  startRefused([...serveArguments(data), "--port", "0"], { env: { DATABASE_URL: url } });

describe("DATABASE_URL", () => {
  test.each(["   ", "not a url", "mysql://ada@db.example/duro", "postgres://"])(
    "that says %j is a mistake on the command line, and is not repeated",
    async (url) => {
      expect(await withDatabase(url)).toMatchObject({
        exit: Exit.Usage,
        code: "UsageError",
        message: expect.stringMatching(/^DATABASE_URL is no URL of a Postgres database/u),
      });
    },
  );

  test("that is empty is told so, and no Postgres is begun in its place", async () => {
    const data = newFolder();
    expect(await withDatabase("", data)).toMatchObject({
      exit: Exit.Usage,
      message: "DATABASE_URL is set and empty: give it a value, or unset it.",
    });
    expect(readdirSync(data)).toEqual([]);
  });

  test("of a Postgres that is not there is named without its password", async () => {
    const { exit, code, message, next } = await withDatabase(
      "postgres://ada:hunter2@127.0.0.1:1/duro",
    );
    expect({ exit, code }).toEqual({ exit: Exit.Unreachable, code: "DatabaseUnreachable" });
    expect(message).toContain("127.0.0.1:1/duro");
    expect(`${message}${next}`).not.toContain("hunter2");
  });

  test.each([
    ["a password that is wrong", (url: URL) => (url.password = "hunter2"), "28P01"],
    ["a user who is not there", (url: URL) => (url.username = "ada"), "28P01"],
    ["a database that is not there", (url: URL) => (url.pathname = "/elsewhere"), "3D000"],
  ])("with %s says what Postgres said", async (_what, change, reason) => {
    const url = new URL(databaseUrlIn(host));
    change(url);
    const { exit, code, message, next } = await withDatabase(url.href);
    expect({ exit, code }).toEqual({ exit: Exit.Unreachable, code: "DatabaseRefuses" });
    expect(message).toContain(reason);
    expect(next).toContain("DATABASE_URL");
    expect(`${message}${next}`).not.toContain(url.password);
  });
});

test("a port that is taken is named, and nothing was begun", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? `${address.port}` : "";
  const data = newFolder();
  expect(await startRefused([...serveArguments(data), "--port", port])).toMatchObject({
    exit: Exit.Busy,
    code: "PortTaken",
    message: expect.stringContaining(port),
  });
  expect(readdirSync(data)).toEqual([]);
  server.close();
});

/** For a relay of its own, without a Postgres of its own. */
const newDatabase = async (name: string) => {
  await sql`create database ${sql(name)}`;
  const url = new URL(databaseUrlIn(host));
  url.pathname = `/${name}`;
  const args = [...serveArguments(newFolder()), "--port=0"];
  return { args, env: { DATABASE_URL: url.href } };
};

test("tables of a newer relay are left as they are, and the newer relay goes on with them", async () => {
  const { args, env } = await newDatabase("newer");
  const first = startProgram(args, { env });
  const { work, verify, ledger } = await createKept(await first.url(), 1);
  await work(await first.url());
  expect(await first.stop()).toMatchObject({ code: Exit.Done });

  const newer = connectSql({ kind: "url", url: env.DATABASE_URL }, { connectionCountMax: 1 });
  await newer`
    insert into schema_migrations (number, name, hash, applied_at)
    values (9999, 'newer', ${new Uint8Array(32)}, now())`;
  expect(await startRefused(args, { env })).toMatchObject({
    exit: Exit.VersionMismatch,
    code: "SchemaNewer",
    message: expect.stringContaining("newer relay"),
  });
  await newer`delete from schema_migrations where number = 9999`;
  await newer.end();
  const again = startProgram(args, { env });
  await verify(await again.url());
  expect(ledger.faults).toEqual([]);
  await again.stop();
});

const hour = 3_600_000;

/** What the program looks at is moved, and nothing else. */
const withClockOff = (offMs: number): StartOptions => {
  const script = `const now=Date.now;Date.now=()=>now()+${offMs}`;
  return { nodeFlags: ["--import", `data:text/javascript,${encodeURIComponent(script)}`] };
};

const saysMs = async (url: string): Promise<number> => {
  const client = await connectClient(url);
  const { nowMs } = await client.next("Challenge");
  await client.close();
  return nowMs;
};

test("a client whose clock is an hour off is let in, and what it puts has its receipt", async () => {
  const person = createPerson(deps);
  expect((await registerRecords(hostUrl, person.records)).status).toBe(201);
  const vault = createVault(deps, person);
  for (const [at, offMs] of [-hour, hour].entries()) {
    const client = await connectClient(hostUrl, { nowMs: () => Date.now() + offMs });
    await client.login(person.device);
    if (at === 0) await appendRecords(client, vault.records);
    await client.open(1, vault.state.vault);
    const writer = createChainWriter(deps, { person, vault }, incarnationOf(at + 1));
    client.put(1, envelopesToRun(writer.take(2)));
    expect(await client.next("Receipt")).toMatchObject({ firstSeq: 1, count: 2 });
    await client.close();
  }
  expect(hostErr()).not.toContain('"level":"error"');
});

test("a relay whose clock is an hour ahead, and then right again, goes on and loses nothing", async () => {
  const { args, env } = await newDatabase("clocks");
  const first = startProgram(args, { env });
  const { work, verify, ledger } = await createKept(await first.url(), 2);
  await work(await first.url());
  await first.stop();
  for (const offMs of [hour, 0]) {
    const program = startProgram(args, { env, ...withClockOff(offMs) });
    const url = await program.url();
    // What it says is moved, too: the clock that it looks at is the wrong one.
    expect(Math.abs((await saysMs(url)) - Date.now() - offMs)).toBeLessThan(hour / 2);
    await work(url);
    await verify(url);
    expect(ledger.faults).toEqual([]);
    expect(await program.stop()).toMatchObject({ code: Exit.Done });
  }
});

/** Only root may mount; root itself is stopped by no folder's mode. */
const readOnlyCases = [
  ...(isRoot ? [] : [{ who: "whoever tests", options: {} }]),
  ...(canBecomeOrdinary ? [{ who: "an ordinary user", options: { uid: ordinaryUid } }] : []),
];

test.each(readOnlyCases)("a folder that $who may only read is named", async ({ options }) => {
  const data = newFolder(options);
  chmodSync(data, 0o500);
  const refused = await startRefused([...serveArguments(data), "--port", "0"], options);
  expect(refused).toMatchObject({ exit: Exit.Unexpected, message: expect.stringContaining(data) });
  expect(readdirSync(data)).toEqual([]);
});

/** As long as it takes to put some MiB, on a busy machine. */
const noticeMsMax = 20_000;
/** Holds a new cluster and its log, and little more. */
const diskMiB = 200;

/** Only root may mount, and in some containers not even root. */
const diskCases = hasMounts ? [{ what: "a disk of its own" }] : [];

test.each(diskCases)(
  "$what that fills up or may only be read is named, and what was promised is there when that is over",
  async () => {
    const disk = await openOwnDisk(diskMiB);
    const data = join(disk.folder, "data");
    const args = [...serveArguments(data), "--port", "0"];
    const start = () => startProgram(args, disk.options);
    const first = start();
    const url = await first.url();
    const { work, workUntil, verify, ledger } = await createKept(url, 3);
    await work(url);

    disk.fill();
    const giveUpAtMs = performance.now() + noticeMsMax;
    const isNoticed = () => first.err().includes("disk is full");
    await workUntil(url, () => isNoticed() || performance.now() > giveUpAtMs);
    expect(isNoticed()).toBe(true);
    expect(await first.stop()).toMatchObject({ code: Exit.Done });
    expect(await startRefused(args, disk.options)).toMatchObject({
      exit: Exit.Unexpected,
      code: "DiskFull",
      message: expect.stringMatching(/is full: free some space/u),
    });
    disk.free();
    disk.remount("ro");
    expect(await startRefused(args, disk.options)).toMatchObject({
      exit: Exit.Unexpected,
      code: "FolderUnusable",
      message: expect.stringMatching(/the disk may only be read, EROFS/u),
    });
    disk.remount("rw");

    const last = start();
    await work(await last.url());
    await verify(await last.url());
    expect(ledger.faults).toEqual([]);
    expect(await last.stop()).toMatchObject({ code: Exit.Done });
    await disk.close();
  },
);
