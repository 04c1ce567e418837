import { createHash } from "node:crypto";
import { assert, hexToBytes } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { inviteHashOf } from "../../login/inviteHash.ts";
import { inviteCodes } from "@duro/protocol";
import { openPostgresStores } from "../../testing/postgresStores.ts";
import {
  accessOf,
  accountOf,
  deviceOf,
  foundVault,
  registerAll,
  userOf,
} from "../../testing/storeSamples.ts";
import { openEmptyTestDatabase } from "../../testing/testDatabase.ts";
import { upkeepDeps } from "../testing/upkeepRuns.ts";
import type { AdminCommand } from "./adminCommand.ts";
import { runAdmin } from "./runAdmin.ts";

let stores: Awaited<ReturnType<typeof openPostgresStores>>;
beforeEach(async () => {
  stores = await openPostgresStores();
});
afterEach(() => stores.close());

const day = 86_400_000;
const nowMs = 1_795_000_000_000;
const inAWeek = "2026-11-25";

const admin = async (command: AdminCommand, changes = {}) => {
  const deps = { ...upkeepDeps(stores.sql, undefined), nowMs: () => nowMs, ...changes };
  return runAdmin(command, deps);
};

const done = async (...given: Parameters<typeof admin>) => {
  const ended = await admin(...given);
  assert(ended.ok, JSON.stringify(ended));
  expect(ended.value.exit).toBe(0);
  return ended.value;
};

const invite: AdminCommand = { kind: "adminInvite", lifetimeDayCount: 7 };

describe("admin invite", () => {
  test("makes a code with which one user may register, and keeps its hash only", async () => {
    await registerAll(stores, [1]);
    const { lines, json, notes } = await done(invite);
    const code = inviteCodes.parse(lines[0] ?? "");
    assert(code.ok, "it is a code");
    expect(lines).toEqual([code.value]);
    expect(JSON.stringify(json)).toBe(`{"invite":"${code.value}"}`);
    expect(notes.join()).toContain("duro init");
    const rows = await stores.sql`select code_hash, expires_at_ms from invites`;
    const hash = createHash("sha256")
      .update(hexToBytes(code.value) ?? "")
      .digest();
    expect(rows).toEqual([{ code_hash: hash, expires_at_ms: nowMs + 7 * day }]);
    const admission = { kind: "invite", codeHash: inviteHashOf(code.value) } as const;
    const register = (number: number, atMs: number) =>
      stores.accountStore.register({ ...accountOf(number), nowMs: atMs }, admission);
    expect(await register(2, nowMs + 8 * day)).toMatchObject({ ok: false });
    expect(await register(2, nowMs)).toMatchObject({ ok: true });
    expect(await register(3, nowMs)).toMatchObject({ ok: false });
  });

  test("makes another code each time", async () => {
    const codes = [await done(invite), await done(invite)].map(({ lines }) => lines[0]);
    expect(new Set(codes).size).toBe(2);
  });
});

describe("admin usage", () => {
  test("lists what each user stores, may store, and when they were last seen", async () => {
    await registerAll(stores, [1, 2]);
    await foundVault(stores, 1, 1);
    await stores.sql`update vaults set used_byte_length = 1500000`;
    await stores.accountStore.seen([deviceOf(1)], nowMs);
    await stores.accountStore.setQuota(userOf(1), 2_000_000);
    await stores.accountStore.setDeletion(userOf(1), nowMs + 7 * day);
    const { lines, json } = await done({ kind: "adminUsage" });
    expect(json).toEqual({
      accounts: [
        {
          user: userOf(1),
          registered: "1970-01-01T00:00:01.000Z",
          bytes: 1_500_000,
          quota: 2_000_000,
          vaults: 1,
          devices: 1,
          lastSeen: "2026-11-18T11:06:40.000Z",
          deleteAfter: "2026-11-25T11:06:40.000Z",
        },
        {
          user: userOf(2),
          registered: "1970-01-01T00:00:01.000Z",
          bytes: 0,
          quota: "default",
          vaults: 0,
          devices: 1,
          lastSeen: null,
          deleteAfter: null,
        },
      ],
    });
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^user +stored +quota +vaults +devices +last seen +removed after$/u);
    expect(lines[1]).toMatch(
      /1\.5 MB +2\.0 MB +1 +1 +2026-11-18 11:06 UTC +2026-11-25 11:06 UTC$/u,
    );
    expect(lines[2]).toMatch(/0 B +default +0 +1 +never +-$/u);
    expect(lines[3]).toBe("2 users, 1.5 MB.");
  });

  test("says that there is nobody where there is nobody", async () => {
    const { lines, json } = await done({ kind: "adminUsage" });
    expect([lines, json]).toEqual([["0 users, 0 B."], { accounts: [] }]);
  });
});

describe("admin quota", () => {
  const quotaOf = async (): Promise<unknown> => {
    const { json } = await done({ kind: "adminUsage" });
    const [account] = json["accounts"] as readonly { readonly quota: unknown }[];
    return account?.quota;
  };

  test("is what was set last", async () => {
    await registerAll(stores, [1]);
    for (const quota of [5_000, "unlimited", "default", 0] as const) {
      const { json } = await done({ kind: "adminQuota", user: userOf(1), quota });
      expect(json).toMatchObject({ user: userOf(1), quota, over: false });
      expect(await quotaOf()).toBe(quota);
    }
  });

  test("below what is stored says that nothing more is", async () => {
    await registerAll(stores, [1]);
    await foundVault(stores, 1, 1);
    await stores.sql`update vaults set used_byte_length = 6000`;
    const { json, notes } = await done({ kind: "adminQuota", user: userOf(1), quota: 5_000 });
    expect(json).toMatchObject({ bytes: 6_000, over: true });
    expect(notes.join()).toContain("nothing more is stored");
  });

  test("of nobody is refused", async () => {
    expect(await admin({ kind: "adminQuota", user: userOf(9), quota: 1 })).toMatchObject({
      ok: false,
      error: { code: "AccountUnknown", exit: 2 },
    });
  });
});

const remove = (how: "later" | "now" | "undo", isConfirmed = true): AdminCommand => ({
  kind: "adminRemove",
  user: userOf(1),
  how,
  isConfirmed,
});

describe("admin remove", () => {
  /** The first user alone in one vault, and the owner of two with the second. */
  beforeEach(async () => {
    await registerAll(stores, [1, 2]);
    await foundVault(stores, 1, 1);
    await foundVault(stores, 2, 1, accessOf({ 1: Role.Owner, 2: Role.Writer }));
    await foundVault(stores, 3, 2, accessOf({ 1: Role.Owner, 2: Role.Owner }));
    await stores.sql`update vaults set used_byte_length = 1000`;
  });
  const goes = {
    devices: 1,
    vaults: 1,
    bytes: 1_000,
    vaultsThatStay: 2,
    vaultsWithoutOwner: 1,
  };

  test("later says what goes and when, and the first wish decides when", async () => {
    const { json, lines } = await done(remove("later"));
    const deleteAfter = `${inAWeek}T11:06:40.000Z`;
    expect(json).toEqual({ user: userOf(1), removed: false, deleteAfter, ...goes });
    expect(lines.join("\n")).toContain(`${inAWeek} 11:06 UTC`);
    const again = await done(remove("later"), { nowMs: () => nowMs + 3 * day });
    expect(again.json).toMatchObject({ deleteAfter });
    expect(await stores.accountStore.deletionsDue(nowMs + 7 * day)).toEqual([userOf(1)]);
  });

  test("undo takes the wish back", async () => {
    await done(remove("later"));
    const { json } = await done(remove("undo", false));
    expect(json).toEqual({ user: userOf(1), removed: false, deleteAfter: null });
    expect(await stores.accountStore.deletionsDue(nowMs + 30 * day)).toEqual([]);
  });

  test("now takes away exactly what it said", async () => {
    const { json } = await done(remove("now"));
    expect(json).toEqual({ user: userOf(1), removed: true, deleteAfter: null, ...goes });
    const vaults = await stores.sql`select vault_id from vaults`;
    expect(vaults).toHaveLength(2);
    expect(await admin(remove("now"))).toMatchObject({
      ok: false,
      error: { code: "AccountUnknown" },
    });
  });

  test.each(["later", "now"] as const)(
    "%s is asked for, and not done without a yes",
    async (how) => {
      const questions: string[] = [];
      const ask = async (question: string) => {
        questions.push(question);
        return false;
      };
      expect(await admin(remove(how, false), { ask })).toMatchObject({
        ok: false,
        error: { code: "Declined" },
      });
      expect(await admin(remove(how, false))).toMatchObject({
        ok: false,
        error: { code: "NobodyToAsk", exit: 2 },
      });
      expect(questions[0]).toContain("1 device, and 1 vault with 1.0 KB.");
      expect(questions[0]).toContain("1 vault of those will have no owner");
      expect(await stores.accountStore.usage(userOf(1))).toMatchObject({
        deleteAfterMs: undefined,
      });
    },
  );
});

test("an admin's command says so where there is no relay", async () => {
  const empty = await openEmptyTestDatabase();
  onTestFinished(() => empty.close());
  const deps = upkeepDeps(empty.sql, undefined);
  expect(await runAdmin(invite, deps)).toMatchObject({
    ok: false,
    error: { code: "NoRelayHere", exit: 5 },
  });
});
