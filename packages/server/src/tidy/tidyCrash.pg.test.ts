/** Tidying is killed at work, again and again: whoever comes next must end where nobody was killed. */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sql } from "../postgres/sql.ts";
import { createKnownLogs } from "../relay/knownLogs.ts";
import { openTidyStores } from "../testing/postgresTidyStores.ts";
import { createTidyWorld, dayMs, type TidyWorld } from "../testing/tidyWorld.ts";
import type { TidyWriter } from "../testing/tidyWriter.ts";
import { runTidying } from "./runTidying.ts";

const killCount = 6;
/** Some come too late, when everything is done. */
const tryCountMax = 40;
const firstDayMs = 1_000 * dayMs;
/** A moment behind the last one that a dropped blob is kept. */
const lastDayMs = firstDayMs + 14 * dayMs + 1;

type Stores = Awaited<ReturnType<typeof openTidyStores>>;
let stores: Stores;

interface Writers {
  readonly world: TidyWorld;
  readonly alice: TidyWriter;
  readonly bob: TidyWriter;
}

const checkpointed = async ({ alice, bob }: Writers, isPurge = false): Promise<void> => {
  const coverage = [alice.mark, bob.mark];
  await bob.attest(await alice.checkpoint({ coverage, isPurge }));
};

/** What was written before the first day ended with a round, and what behind it. */
interface Story {
  readonly before?: (writers: Writers) => Promise<void>;
  readonly after?: (writers: Writers) => Promise<void>;
}

/** A vault of each kind; the last day finds all of it undone. */
const stories: Readonly<Record<string, Story>> = {
  "several pages for the trash": {
    after: async (writers) => {
      await writers.alice.data(1_100);
      await checkpointed(writers);
    },
  },
  "trash that is over, and checkpoints in it": {
    before: async (writers) => {
      for (let round = 0; round < 4; round++) {
        await writers.alice.data(40);
        await checkpointed(writers);
      }
    },
  },
  "trash that comes back": {
    before: async (writers) => {
      await writers.alice.data(1_100);
      await checkpointed(writers);
    },
    after: async ({ world, bob }) => world.remove(world.people.bob, bob.markAt(1)),
  },
  "beacons, and a purge": {
    before: (writers) => checkpointed(writers),
    after: async (writers) => {
      for (let round = 0; round < 5; round++) {
        await writers.bob.beacon(false);
        await writers.alice.data(20);
        await checkpointed(writers, round === 2);
      }
      await writers.bob.beacon(true);
    },
  },
  "blobs that are over": {
    before: async ({ world }) => {
      for (const number of [1, 2]) {
        await world.storeBlob(number);
        await world.dropBlob(number);
      }
    },
  },
};

beforeAll(async () => {
  stores = await openTidyStores();
  const told: (readonly [Story, Writers])[] = [];
  for (const [name, story] of Object.entries(stories)) {
    const world = await createTidyWorld(stores, { seed: name });
    const alice = await world.openChain(world.people.alice);
    const bob = await world.openChain(world.people.bob);
    told.push([story, { world, alice, bob }]);
    await story.before?.({ world, alice, bob });
  }
  await told[0]?.[1].world.tidy();
  for (const [story, writers] of told) await story.after?.(writers);
  await save(stores.sql);
}, 120_000);
afterAll(() => stores.close());

test("whatever moment tidying is killed at, the next round ends where an undisturbed one ends", async () => {
  const { sql } = stores;
  const before = await contentsOf(sql);
  const beganAtMs = performance.now();
  await tidyAlone();
  const durationMs = performance.now() - beganAtMs;
  const expected = await contentsOf(sql);
  expect(expected).not.toEqual(before);

  let killedCount = 0;
  let halfWayCount = 0;
  for (let tries = 0; killedCount < killCount && tries < tryCountMax; tries++) {
    // A program takes longer to start than the rows to come back.
    const tidying = startTidying();
    await restore(sql);
    const isKilledAtWork = await tidying.killAfter((randomInt(1_000) / 1_000) * durationMs * 1.2);
    const left = await contentsOf(sql);
    if (isKilledAtWork) killedCount += 1;
    if (!sameContents(left, before) && !sameContents(left, expected)) halfWayCount += 1;
    await tidyAlone();
    expect(await contentsOf(sql)).toEqual(expected);
  }
  expect(killedCount).toBe(killCount);
  // Otherwise nothing was shown.
  expect(halfWayCount).toBeGreaterThan(0);
}, 300_000);

const tidyAlone = async (): Promise<void> => {
  const logs = createKnownLogs(stores.logStore);
  const failures: unknown[] = [];
  const onFailure = (_: string, cause: unknown): void => void failures.push(cause);
  const limits = { nowMs: () => lastDayMs, shouldStop: () => false };
  const deps = { ...stores, logs, onFailure };
  // Of whoever was killed Postgres hears a little later.
  while ((await runTidying(deps, limits)) === undefined) await wait(20);
  expect(failures).toEqual([]);
};

const program = fileURLToPath(new URL("../testing/tidyProcess.ts", import.meta.url));

interface Started {
  /** From the moment at which it is let go; whether it was at work by then. */
  readonly killAfter: (afterMs: number) => Promise<boolean>;
}

const startTidying = (): Started => {
  const child = spawn(process.execPath, [program, stores.url, `${lastDayMs}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => said.push(line));
  const connected = once(lines, "line");
  return {
    killAfter: async (afterMs) => {
      await connected;
      child.stdin.end();
      await wait(afterMs);
      child.kill("SIGKILL");
      await exited;
      return !said.includes("done");
    },
  };
};

/** All that tidying writes to here. */
const tables = ["vaults", "envelope_bodies", "checkpoints", "attests", "blobs", "blob_chunks"];

/** A hash of all rows, by table. */
const contentsOf = async (sql: Sql): Promise<ReadonlyMap<string, string>> => {
  const contents = new Map<string, string>();
  for (const name of tables) {
    const [row] = await sql<{ hash: string | null }[]>`
      select md5(string_agg(md5(t::text), '' order by t::text)) as hash from ${sql(name)} t`;
    contents.set(name, row?.hash ?? "empty");
  }
  return contents;
};

const sameContents = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  [...a].every(([name, hash]) => b.get(name) === hash);

const save = async (sql: Sql): Promise<void> => {
  await sql`create schema saved`;
  for (const name of tables)
    await sql`create table ${sql(`saved.${name}`)} as select * from ${sql(`public.${name}`)}`;
};

const restore = async (sql: Sql): Promise<void> => {
  for (const name of tables) {
    await sql`delete from ${sql(`public.${name}`)}`;
    await sql`insert into ${sql(`public.${name}`)} select * from ${sql(`saved.${name}`)}`;
  }
};
