import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRelayKeys, type RelayKeys, systemRandomBytes } from "@duro/crypto/receipt";
import { assert } from "@duro/crypto/types";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parseConfig } from "../config.ts";
import { startEmbeddedPostgres } from "../embedded/embeddedPostgres.ts";
import { claimRelay } from "../postgres/generation.ts";
import { migrate } from "../postgres/migrate.ts";
import { connectSql } from "../postgres/sql.ts";
import { createKeyFile } from "../program/keyFile.ts";
import { createStopRequest } from "../program/stopRequest.ts";
import { registerPerson } from "../testing/testVault.ts";
import { createPostgresAccountStore } from "../postgres/postgresAccountStore.ts";
import { createPostgresLogStore } from "../postgres/postgresLogStore.ts";
import { createPerson } from "@duro/crypto/testing/people";
import type { Ask } from "./askPerson.ts";
import { runStoreCommand } from "./runStoreCommand.ts";

/** What the program does with these arguments. */
const run = async (
  argv: readonly string[],
  { ask, env = {} }: { readonly ask?: Ask; readonly env?: Readonly<Record<string, string>> } = {},
) => {
  const machine = { platform: process.platform, homeFolder: undefined, workingFolder: "/" };
  const parsed = parseConfig({ argv, env, ...machine });
  assert(parsed.ok, parsed.ok ? "" : parsed.error.message);
  const { command } = parsed.value;
  assert(
    command.kind !== "serve" && command.kind !== "help" && command.kind !== "version",
    "a command that works on a store",
  );
  let [out, talk] = ["", ""];
  const io = {
    writeOut: (text: string): void => void (out += text),
    writeErr: (text: string): void => void (talk += text),
    hasColour: false,
    isErrTerminal: true,
    nowMs: Date.now,
    randomBytes: systemRandomBytes,
    machine: () => ({ hostName: "box", addresses: [] }),
    ask,
    stop: createStopRequest(),
  };
  const exit = await runStoreCommand(command, io, ask);
  return { exit, out, talk };
};

let parent: string;
let folder: string;
let keys: RelayKeys;
const person = createPerson({ randomBytes: systemRandomBytes });

const startPostgres = async () => {
  const started = await startEmbeddedPostgres({ folder, log: () => {} });
  assert(started.ok, JSON.stringify(started));
  return started.value;
};

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "duro-commands-"));
  folder = join(parent, "relay");
  const postgres = await startPostgres();
  keys = createRelayKeys({ randomBytes: systemRandomBytes });
  await createKeyFile(join(folder, "relay.key"), keys.seed.reveal(), systemRandomBytes);
  const sql = connectSql({ kind: "socket", ...postgres.connection }, { connectionCountMax: 2 });
  await migrate(sql);
  await claimRelay(sql, keys.signKey, systemRandomBytes);
  const stores = {
    accountStore: createPostgresAccountStore(sql),
    logStore: createPostgresLogStore(sql),
  };
  await registerPerson(stores, person);
  await sql.end();
  await postgres.stop();
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const { user } = person.state;

describe("a command on a relay's data", () => {
  test("works beside a relay that runs, and leaves it running", async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.stop());
    const { exit, out, talk } = await run(["admin", "invite", "--data", folder, "--json"]);
    expect([exit, out]).toEqual([0, expect.stringMatching(/^\{"invite":"[0-9a-f]{32}"\}\n$/u)]);
    expect(talk).toContain("duro init");
    const sql = connectSql({ kind: "socket", ...postgres.connection }, { connectionCountMax: 1 });
    expect(await sql`select count(*) as count from invites`).toEqual([{ count: 1 }]);
    await sql.end();
  });

  test("starts Postgres where no relay runs, and stops it again", async () => {
    const { exit, out, talk } = await run(["admin", "usage", "--data", folder]);
    expect([exit, talk]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`^user .*\\n${user} .*\\n1 user, 0 B\\.\\n$`, "u"));
    const postgres = await startPostgres();
    expect(postgres.wasAdopted).toBe(false);
    await postgres.stop();
  });

  test("prints its result also where it is to be quiet, and nothing else", async () => {
    const { exit, out, talk } = await run(["admin", "invite", "--data", folder, "--quiet"]);
    expect([exit, talk]).toEqual([0, ""]);
    expect(out).toMatch(/^[0-9a-f]{32}\n$/u);
  });

  test("says in JSON, too, why it does nothing", async () => {
    const nobody = "ab".repeat(16);
    const quota = ["admin", "quota", nobody, "10GB"];
    const { exit, out } = await run([...quota, "--data", folder, "--json"]);
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toEqual({
      error: {
        code: "AccountUnknown",
        message: expect.stringContaining(nobody),
        next: "duro-relay admin usage",
      },
    });
  });

  test("asks before it removes anybody, and takes no for an answer", async () => {
    const remove = ["admin", "remove", user, "--now", "--data", folder];
    const asked: string[] = [];
    const no: Ask = async (question) => {
      asked.push(question);
      return false;
    };
    expect(await run(remove, { ask: no })).toMatchObject({ exit: 130, out: "" });
    expect(asked[0]).toContain("1 device");
    expect(await run(remove)).toMatchObject({ exit: 2, talk: expect.stringContaining("--yes") });
    expect((await run(["admin", "usage", "--data", folder])).out).toContain(user);
  });

  test("does not begin a relay by a name that was mistyped", async () => {
    for (const words of [["admin", "usage"], ["check"], ["backup", "--to", join(parent, "no")]])
      expect(await run([...words, "--data", join(parent, "mistyped")])).toMatchObject({ exit: 5 });
    expect(await readdir(parent)).toEqual(["relay"]);
  });

  test("says that a database does not answer", async () => {
    const env = {
      DATABASE_URL: "postgres://relay:secret@127.0.0.1:9/duro",
      DURO_RELAY_DATA: folder,
    };
    const { exit, out, talk } = await run(["admin", "usage"], { env });
    expect([exit, out]).toEqual([6, ""]);
    expect(talk).not.toContain("secret");
  });
});

describe("a backup and its restore", () => {
  test("bring a relay to another folder, where it is the same relay", async () => {
    const [file, place] = [join(parent, "relay.backup"), join(parent, "restored")];
    const backup = await run(["backup", "--to", file, "--data", folder, "--json"]);
    expect(backup.exit).toBe(0);
    expect(JSON.parse(backup.out)).toMatchObject({ backup: file, users: 1 });
    expect(backup.talk).toContain("relay.key");
    expect(await run(["backup", "--to", file, "--data", folder])).toMatchObject({ exit: 12 });

    const restore = ["restore", "--from", file, "--data", place, "--yes"];
    expect(await run(restore)).toMatchObject({ exit: 12 });
    // Nothing was made for a restore that could not be done.
    expect(await readdir(parent)).not.toContain("restored");
    const key = join(folder, "relay.key");
    const restored = await run([...restore, "--key-file", key, "--json"]);
    expect(restored.exit).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({ users: 1, checked: true, findings: [] });
    expect(await run([...restore, "--key-file", key])).toMatchObject({ exit: 12 });
    const there = ["--data", place, "--key-file", key];
    expect((await run(["admin", "usage", ...there])).out).toContain(user);
    const checked = await run(["check", "--full", ...there]);
    expect(checked).toMatchObject({ exit: 0, out: expect.stringContaining("Every byte holds.") });
  });

  test("with another relay's key are no restore", async () => {
    const file = join(parent, "second.backup");
    await run(["backup", "--to", file, "--data", folder]);
    const key = join(parent, "other.key");
    const other = createRelayKeys({ randomBytes: systemRandomBytes });
    await createKeyFile(key, other.seed.reveal(), systemRandomBytes);
    const place = join(parent, "never");
    const restore = ["restore", "--from", file, "--data", place, "--key-file", key, "--yes"];
    expect(await run(restore)).toMatchObject({ exit: 10 });
    expect(await readdir(parent)).not.toContain("never");
    expect(await run(["check", "--data", folder, "--key-file", key])).toMatchObject({ exit: 14 });
    expect(await readFile(key, "utf8")).toMatch(/^[0-9a-f]{64}\n$/u);
  });
});
