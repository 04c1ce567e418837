import { systemRandomBytes as randomBytes } from "@duro/crypto/receipt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Growth, Notifier } from "../ports/notifier.ts";
import { openFreezingProxy } from "../testing/freezingProxy.ts";
import { notifierContract, type OpenedNotifiers, vaultAt } from "../testing/notifier.contract.ts";
import { vaultOf } from "../testing/storeSamples.ts";
import { openEmptyTestDatabase, type TestDatabase } from "../testing/testDatabase.ts";
import { createPostgresNotifier, type NotifierTrouble } from "./postgresNotifier.ts";

interface Opened extends OpenedNotifiers {
  readonly database: TestDatabase;
  readonly troubles: readonly NotifierTrouble[];
  readonly gapCount: () => number;
}

interface Way {
  /** Where the next node finds the database, if not where it is. */
  readonly url?: string;
  readonly beatIntervalMs?: number;
}

const openNotifiers = async (): Promise<
  Opened & { node(heard: Growth[], way?: Way): Promise<Notifier> }
> => {
  const database = await openEmptyTestDatabase();
  const notifiers: Notifier[] = [];
  const troubles: NotifierTrouble[] = [];
  let gapCount = 0;
  return {
    database,
    troubles,
    gapCount: () => gapCount,
    node: async (heard, { url = database.url, beatIntervalMs = 60_000 } = {}) => {
      const notifier = createPostgresNotifier({
        address: { kind: "url", url },
        randomBytes,
        onTrouble: (trouble) => troubles.push(trouble),
        beatIntervalMs,
      });
      notifiers.push(notifier);
      await new Promise<void>((resolve) => {
        notifier.subscribe(
          (growth) => heard.push(growth),
          () => {
            gapCount++;
            resolve();
          },
        );
      });
      return notifier;
    },
    close: async () => {
      await Promise.all(notifiers.map((notifier) => notifier.close()));
      await database.close();
    },
  };
};

notifierContract("Postgres", openNotifiers);

describe("a notifier of Postgres", () => {
  let opened: Awaited<ReturnType<typeof openNotifiers>>;
  let heard: Growth[];
  let here: Notifier;

  beforeEach(async () => {
    opened = await openNotifiers();
    heard = [];
    here = await opened.node([]);
    await opened.node(heard);
  });
  afterEach(() => opened.close());

  /** Connections of nodes whose newest statement is of this kind. */
  const backends = async (query = "%"): Promise<readonly number[]> => {
    const rows = await opened.database.sql<{ pid: number }[]>`
      select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query ilike ${query}`;
    return rows.map(({ pid }) => pid);
  };

  const cut = async (pids: readonly number[]): Promise<void> => {
    await opened.database.sql`select pg_terminate_backend(pid) from unnest(${pids}::int[]) pid`;
  };

  let toldCount = 0;

  /** Until it is heard: what is told while nobody listens is lost. */
  const tellUntilHeard = async (notifier: Notifier, by: readonly Growth[]): Promise<void> => {
    const number = 5_000 + toldCount++;
    let position = 1;
    const tell = (): readonly Growth[] => {
      notifier.publish(vaultAt(number, position++));
      return by;
    };
    const told = expect.objectContaining({ vault: vaultOf(number) });
    await expect.poll(tell, { timeout: 30_000, interval: 100 }).toContainEqual(told);
  };

  test("says that there may be a gap when it begins to listen", () => {
    expect(opened.gapCount()).toBe(2);
  });

  test("tells more things at once than one payload holds", async () => {
    for (let number = 0; number < 1_000; number++) here.publish(vaultAt(number, 1));
    await expect.poll(() => heard).toHaveLength(1_000);
    expect(opened.troubles).toEqual([]);
  });

  test("puts a thousand growths within some moments into few notifications", async () => {
    let payloadCount = 0;
    await opened.database.sql.listen("duro_growth", () => payloadCount++);
    for (let round = 1; round <= 1_000; round++) {
      here.publish(vaultAt(round % 10, round));
      if (round % 100 === 0)
        await new Promise((resolve) => {
          setTimeout(resolve, 1);
        });
    }
    await expect.poll(() => heard).toContainEqual(vaultAt(0, 1_000));
    expect(payloadCount).toBeLessThanOrEqual(8);
  });

  test.each([
    ["not of a relay", "hello"],
    ["of a newer relay", "0123456789abcdef;z1;m7"],
    ["empty", ""],
  ])("goes on after a payload that is %s, and says so", async (_, payload) => {
    await opened.database.sql`select pg_notify('duro_growth', ${payload})`;
    here.publish(vaultAt(1, 1));
    await expect.poll(() => heard).toContainEqual(vaultAt(1, 1));
    expect(opened.troubles).toEqual(["PayloadUnreadable", "PayloadUnreadable"]);
  });

  test("listens again after its connection broke, and says that there is a gap", async () => {
    const listening = await backends("listen%");
    expect(listening).toHaveLength(2);
    await cut(listening);
    await expect.poll(() => opened.gapCount(), { timeout: 20_000 }).toBe(4);
    await tellUntilHeard(here, heard);
  });

  test("tells again after its sending connection broke", async () => {
    await tellUntilHeard(here, heard);
    const sending = await backends("%pg_notify%");
    expect(sending).toHaveLength(1);
    await cut(sending);
    await tellUntilHeard(here, heard);
  });

  test("hears and tells again after its connections went silent without an end", async () => {
    const proxy = await openFreezingProxy(opened.database.url);
    const heardBehind: Growth[] = [];
    const behind = await opened.node(heardBehind, { url: proxy.url, beatIntervalMs: 500 });
    await tellUntilHeard(behind, heard);
    await tellUntilHeard(here, heardBehind);
    const gapsBefore = opened.gapCount();
    proxy.freeze();
    await tellUntilHeard(here, heardBehind);
    expect(opened.troubles).toContain("NothingHeard");
    expect(opened.gapCount()).toBeGreaterThan(gapsBefore);
    await tellUntilHeard(behind, heard);
    expect(opened.troubles).toContain("SendFailed");
    await behind.close();
    await proxy.close();
  });

  test("begins while Postgres cannot be reached, and is there when it can", async () => {
    const proxy = await openFreezingProxy(opened.database.url);
    const { port } = new URL(proxy.url);
    await proxy.close();
    const heardLater: Growth[] = [];
    const opening = opened.node(heardLater, { url: proxy.url, beatIntervalMs: 500 });
    await expect.poll(() => opened.troubles, { timeout: 20_000 }).toContain("ListenFailed");
    const back = await openFreezingProxy(opened.database.url, Number(port));
    const later = await opening;
    await tellUntilHeard(here, heardLater);
    await tellUntilHeard(later, heard);
    await later.close();
    await back.close();
  });

  test("has two connections, and none when it is closed", async () => {
    await tellUntilHeard(here, heard);
    expect(await backends("listen%")).toHaveLength(2);
    expect(await backends("%pg_notify%")).toHaveLength(1);
    expect(await backends()).toHaveLength(3);
    await here.close();
    await expect.poll(() => backends()).toHaveLength(1);
  });
});
