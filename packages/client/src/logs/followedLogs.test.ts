/** Logs as a device follows them: judged before they are kept, kept before they are acted upon. */
import { createTeam, addingOf } from "@duro/crypto/testing/team";
import { createPerson, withDevice, withPaper, withRotation } from "@duro/crypto/testing/people";
import { assert, LogKind, ok } from "@duro/crypto/types";
import { encodeRecord, type LogRecord } from "@duro/crypto/verify";
import { expect, test } from "vitest";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { openFollowedLogs } from "./followedLogs.ts";

const team = createTeam("followed logs");
const identityLog = (person: (typeof team)["owner"]) => ({
  kind: LogKind.Identity,
  log: person.state.user,
});
const vaultLog = { kind: LogKind.Vault, log: team.vault.state.vault } as const;
const bytesOf = (records: readonly LogRecord[]): readonly Uint8Array[] => records.map(encodeRecord);

const openLogs = (disk = createMemoryDisk()) => openFollowedLogs(openMemoryLocalStore(disk));

const withEverybody = async (disk = createMemoryDisk()) => {
  const logs = await openLogs(disk);
  for (const person of team.people)
    await logs.take(identityLog(person), 0, bytesOf(person.records));
  return logs;
};

test("a vault's log waits for the identity logs that its records pin, and keeps what came before", async () => {
  const logs = await openLogs();
  await logs.take(identityLog(team.owner), 0, bytesOf(team.owner.records));
  const taken = await logs.take(vaultLog, 0, bytesOf(team.vault.records));
  assert(taken.ok, "the store has room");
  expect(taken.value.trouble).toMatchObject({
    type: "IdentityNeeded",
    user: team.admin.state.user,
  });
  expect(logs.head(vaultLog)?.index).toBe(taken.value.newCount - 1);
  for (const person of team.people)
    await logs.take(identityLog(person), 0, bytesOf(person.records));
  const from = taken.value.newCount;
  const rest = await logs.take(vaultLog, from, bytesOf(team.vault.records.slice(from)));
  expect(rest).toMatchObject({ ok: true, value: { trouble: undefined } });
  expect(logs.head(vaultLog)).toEqual(team.vault.state.head);
});

test("what was taken is there after a restart", async () => {
  const disk = createMemoryDisk();
  const logs = await withEverybody(disk);
  await logs.take(vaultLog, 0, bytesOf(team.vault.records));
  const again = await openLogs(disk);
  expect(again.head(vaultLog)).toEqual(team.vault.state.head);
  expect(again.vaults).toEqual([team.vault.state.vault]);
  for (const person of team.people)
    expect(again.identity(person.state.user)?.head).toEqual(person.state.head);
});

test("a record that is known is no news, and one behind a gap is not taken", async () => {
  const logs = await withEverybody();
  const bytes = bytesOf(team.vault.records);
  await logs.take(vaultLog, 0, bytes.slice(0, 2));
  expect(await logs.take(vaultLog, 0, bytes.slice(0, 2))).toEqual(
    ok({ newCount: 0, trouble: undefined }),
  );
  expect(await logs.take(vaultLog, 3, bytes.slice(3))).toMatchObject({
    value: { newCount: 0, trouble: { type: "LogGap", fromIndex: 3 } },
  });
});

test("a log that parts from ours is named with both heads, and changes nothing", async () => {
  const deps = { randomBytes: team.deps.randomBytes };
  const person = createPerson(deps);
  const ours = withPaper(deps, person).person;
  const theirs = withDevice(deps, person).person;
  const logs = await openLogs();
  await logs.take(identityLog(ours), 0, bytesOf(ours.records));
  const taken = await logs.take(identityLog(theirs), 0, bytesOf(theirs.records));
  expect(taken).toMatchObject({
    value: {
      newCount: 0,
      trouble: {
        type: "LogForked",
        index: 0,
        ours: ours.state.head.id,
        theirs: theirs.state.head.id,
      },
    },
  });
  const next = withDevice(deps, theirs).person;
  expect(await logs.take(identityLog(next), 2, bytesOf(next.records.slice(2)))).toMatchObject({
    value: { newCount: 0, trouble: { type: "LogUnplaced", got: theirs.state.head.id } },
  });
  expect(logs.identity(ours.state.user)?.head).toEqual(ours.state.head);
});

const spoiled = (bytes: Uint8Array, at: number): Uint8Array => {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
};

test("no byte that changes on its way makes a fork of a log, and the log goes on with the true record", async () => {
  const grown = withRotation(team.deps, team.vault, team.owner, team.people);
  const person = withDevice(team.deps, team.owner).person;
  const known = { vault: team.vault.records.length, identity: team.owner.records.length };
  const cases = [
    { name: vaultLog, records: bytesOf(grown.records), from: known.vault - 1 },
    { name: identityLog(person), records: bytesOf(person.records), from: known.identity - 1 },
  ];
  for (const { name, records, from } of cases)
    // The newest that is here, and the one behind it.
    for (const index of [from, from + 1]) {
      const whole = records[index];
      assert(whole !== undefined, "it has that many");
      const logs = await withEverybody();
      await logs.take(vaultLog, 0, bytesOf(team.vault.records));
      const head = logs.head(name);
      for (let at = 0; at < whole.length; at += 1) {
        const taken = await logs.take(name, index, [spoiled(whole, at)]);
        assert(taken.ok, "the store has room");
        const { newCount, trouble } = taken.value;
        expect([newCount, trouble?.type === "LogForked"]).toEqual([0, false]);
        expect(logs.head(name)).toEqual(head);
      }
      expect(await logs.take(name, index, [whole])).toEqual(
        ok({ newCount: index - from, trouble: undefined }),
      );
    }
});

test("a list of devices that a vault's record pins otherwise is forked, if its author signed that", async () => {
  const { owner, vault } = team;
  const [ours, theirs] = [withDevice(team.deps, owner).person, withDevice(team.deps, owner).person];
  const others = team.people.filter((one) => one !== owner);
  const rotated = withRotation(team.deps, vault, theirs, [...others, theirs]);
  const record = bytesOf(rotated.records).at(-1);
  assert(record !== undefined, "a rotation is a record");
  const logs = await withEverybody();
  await logs.take(identityLog(owner), 0, bytesOf(ours.records));
  await logs.take(vaultLog, 0, bytesOf(vault.records));
  const index = vault.records.length;
  expect(await logs.take(vaultLog, index, [spoiled(record, record.length - 1)])).toMatchObject({
    value: { trouble: { type: "LogRefused", error: { type: "IdentityHeadMissing" } } },
  });
  expect(await logs.take(vaultLog, index, [record])).toMatchObject({
    value: {
      trouble: {
        type: "LogForked",
        name: identityLog(owner),
        ours: ours.state.head.id,
        theirs: theirs.state.head.id,
      },
    },
  });
});

test("a record that breaks a rule stops its log there, by name", async () => {
  const logs = await withEverybody();
  await logs.take(vaultLog, 0, bytesOf(team.vault.records));
  const forbidden = addingOf(team, team.guest, team.outsider);
  const taken = await logs.take(vaultLog, forbidden.index, [encodeRecord(forbidden)]);
  expect(taken).toMatchObject({
    value: { newCount: 0, trouble: { type: "LogRefused", error: { type: "RuleViolated" } } },
  });
  expect(logs.head(vaultLog)).toEqual(team.vault.state.head);
});

test("a record of another log, and bytes that are none, are refused", async () => {
  const logs = await withEverybody();
  const [record] = team.vault.records;
  assert(record !== undefined, "a vault has a genesis");
  const other = { kind: LogKind.Identity, log: team.owner.state.user } as const;
  const { head } = team.owner.state;
  expect(await logs.take(other, head.index + 1, [encodeRecord(record)])).toMatchObject({
    value: { trouble: { type: "LogRefused", error: { type: "WrongLog" } } },
  });
  expect(await logs.take(vaultLog, 0, [Uint8Array.of(1, 2, 3)])).toMatchObject({
    value: { trouble: { type: "LogRefused" } },
  });
});

test("what the store had no room for is not known", async () => {
  const disk = createMemoryDisk();
  const store = openMemoryLocalStore(disk, { refuse: () => ({ type: "StoreFull" }) });
  const logs = await openFollowedLogs(store);
  const taken = await logs.take(identityLog(team.owner), 0, bytesOf(team.owner.records));
  expect(taken).toEqual({ ok: false, error: { type: "StoreFull" } });
  expect(logs.identity(team.owner.state.user)).toBe(undefined);
});

test("an old pin finds the state that it named, and a rotation takes the newest", async () => {
  const logs = await withEverybody();
  const rotated = withRotation(team.deps, team.vault, team.owner, team.people);
  await logs.take(vaultLog, 0, bytesOf(rotated.records));
  expect(logs.vault(vaultLog.log)?.epochs.length).toBe(2);
  const pin = logs.vault(vaultLog.log)?.pins.get(team.owner.state.user);
  assert(pin !== undefined, "the owner is pinned");
  expect(logs.identityAt(pin)?.head.id).toBe(pin.head);
  expect(logs.identityAt({ ...pin, head: team.vault.state.head.id })).toBe(undefined);
});
