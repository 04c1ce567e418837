/** What is asked of a relay whose logs do not fit ours: enough to know why, and never in a tight loop. */
import { pinRecord } from "@duro/crypto";
import { withDevice, withRotation } from "@duro/crypto/testing/people";
import { createTeam } from "@duro/crypto/testing/team";
import { assert, LogKind } from "@duro/crypto/types";
import { encodeRecord, type LogRecord } from "@duro/crypto/verify";
import { type LogName, recordIds } from "@duro/protocol";
import { expect, test } from "vitest";
import { type LogTrouble, openFollowedLogs } from "../logs/followedLogs.ts";
import { createManualClock } from "../testing/manualClock.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { createLogSync } from "./logSync.ts";

const team = createTeam("log sync");
const { vault } = team.vault.state;
const vaultLog = { kind: LogKind.Vault, log: vault } as const;
const bytesOf = (records: readonly LogRecord[]): readonly Uint8Array[] => records.map(encodeRecord);
const newestOf = (records: readonly LogRecord[]): LogRecord => {
  const newest = records.at(-1);
  assert(newest !== undefined, "a log has a record");
  return newest;
};
/** In a byte of its signature. */
const spoiled = (record: LogRecord): Uint8Array => {
  const bytes = encodeRecord(record).slice();
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes;
};

const open = async () => {
  const logs = await openFollowedLogs(openMemoryLocalStore(createMemoryDisk()));
  for (const { state, records } of team.people)
    await logs.take({ kind: LogKind.Identity, log: state.user }, 0, bytesOf(records));
  await logs.take(vaultLog, 0, bytesOf(team.vault.records));
  const clock = createManualClock();
  const asked: { readonly name: LogName; readonly from: number; readonly atMs: number }[] = [];
  const troubles: LogTrouble[] = [];
  const grown: LogName[] = [];
  const sync = createLogSync({
    logs,
    clock,
    ask: (name, from) => void asked.push({ name, from, atMs: clock.nowMs() }),
    onVaultChanged: async () => {},
    onAuthorCame: () => {},
    onTrouble: (trouble) => void troubles.push(trouble),
    onGrownThere: (name) => void grown.push(name),
    giveBack: () => {},
  });
  const answer = (
    name: LogName,
    fromIndex: number,
    records: readonly Uint8Array[],
    headIndex: number,
  ) => sync.take({ kind: "logRecords", name, fromIndex, records, headIndex });
  return { logs, clock, asked, troubles, grown, sync, answer };
};

const rotated = withRotation(team.deps, team.vault, team.owner, team.people);
const next = team.vault.records.length;

test("a record that is spoiled on its way is the relay's fault, and is asked for again ever later", async () => {
  const { logs, clock, asked, troubles, answer } = await open();
  const bad = spoiled(newestOf(rotated.records));
  for (let left = 8; left > 0; left -= 1) {
    await answer(vaultLog, next, [bad], next);
    await answer(vaultLog, next, [bad], next);
    clock.pass(300_000);
  }
  expect(new Set(troubles.map((one) => one.type === "LogRefused" && one.error.type))).toEqual(
    new Set(["BadSignature"]),
  );
  const waitsMs = asked.map(({ atMs }, at) => atMs - at * 300_000);
  expect(waitsMs).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  expect(asked.every(({ from }) => from === next)).toBe(true);
  await answer(vaultLog, next, bytesOf(rotated.records.slice(next)), next);
  expect(logs.head(vaultLog)).toEqual(rotated.state.head);
});

/** Another branch than `rotated`, of two records. */
const other = withRotation(
  team.deps,
  withRotation(team.deps, team.vault, team.owner, team.people),
  team.owner,
  team.people,
);
const otherBytes = bytesOf(other.records);

const openForked = async () => {
  const opened = await open();
  await opened.logs.take(vaultLog, next, bytesOf(rotated.records.slice(next)));
  return opened;
};

test("a record that follows none of ours tells nothing: all is asked for once, and nothing is sealed until it is here", async () => {
  const { asked, troubles, sync, answer } = await openForked();
  await answer(vaultLog, next + 1, otherBytes.slice(next + 1), next + 1);
  expect(troubles.map(({ type }) => type)).toEqual(["LogUnplaced"]);
  expect(asked.map(({ from }) => from)).toEqual([0]);
  expect(sync.isHere(vault)).toBe(false);
  // Whoever asks meanwhile does not put less in its place.
  sync.follow(vaultLog);
  expect(asked.at(-1)?.from).toBe(0);
  await answer(vaultLog, 0, otherBytes, next + 1);
  expect(troubles.at(-1)).toMatchObject({
    type: "LogForked",
    index: next - 1,
    ours: rotated.state.head.id,
    theirs: other.records[next]?.id,
    isSettled: false,
  });
  expect(asked).toHaveLength(2);
});

test("a list of devices that parts from ours before what came is asked for whole, and told by the record where it parts", async () => {
  const { asked, troubles, logs, answer } = await open();
  const { owner } = team;
  const name = { kind: LogKind.Identity, log: owner.state.user } as const;
  const [ours, theirs] = [withDevice(team.deps, owner).person, withDevice(team.deps, owner).person];
  await logs.take(name, 0, bytesOf(ours.records));
  const longer = withDevice(team.deps, theirs).person;
  const from = ours.records.length;
  await answer(name, from, bytesOf(longer.records.slice(from)), from);
  expect(asked).toMatchObject([{ name, from: 0 }]);
  await answer(name, 0, bytesOf(longer.records), from);
  expect(troubles.map(({ type }) => type)).toEqual(["LogUnplaced", "LogForked"]);
  expect(troubles.at(-1)).toMatchObject({
    ours: ours.state.head.id,
    theirs: theirs.state.head.id,
    isSettled: false,
  });
});

test("a list of devices that a record of the vault knows otherwise is asked for whole, once", async () => {
  const { asked, troubles, logs, answer } = await open();
  const { owner } = team;
  const name = { kind: LogKind.Identity, log: owner.state.user } as const;
  const ours = withDevice(team.deps, owner).person;
  const { person: theirs, device } = withDevice(team.deps, owner);
  await logs.take(name, 0, bytesOf(ours.records));
  const pin = pinRecord(team.vault.state, { device, identity: theirs.state }, [theirs.state]);
  await answer(vaultLog, next, bytesOf([pin]), next);
  expect(troubles.map(({ type }) => type)).toEqual(["LogRefused"]);
  expect(asked).toMatchObject([{ name, from: 0 }]);
  await answer(name, 0, bytesOf(theirs.records), theirs.state.head.index);
  expect(troubles.at(-1)).toMatchObject({ type: "LogForked", name, theirs: theirs.state.head.id });
  await answer(vaultLog, next, bytesOf([pin]), next);
  expect(asked).toHaveLength(1);
});

test("a relay that lists another head than it shows is at fault, and nobody has forked the log", async () => {
  const { asked, troubles, sync, answer } = await openForked();
  const id = recordIds.fromBytes(new Uint8Array(recordIds.byteLength).fill(1));
  sync.isSaidToReach(vault, { index: next, id });
  expect(asked.map(({ from }) => from)).toEqual([0]);
  expect(sync.isHere(vault)).toBe(false);
  await answer(vaultLog, 0, bytesOf(rotated.records), next);
  expect(troubles).toMatchObject([{ type: "LogRefused", error: { type: "LinkForked", got: id } }]);
  expect(sync.isHere(vault)).toBe(true);
  // Once on a connection.
  sync.isSaidToReach(vault, { index: next, id });
  expect(asked).toHaveLength(1);
});

test("a log is told to have grown at the relay when it has, and not when it is shown again", async () => {
  const { grown, answer } = await open();
  await answer(vaultLog, next, [], next - 1);
  await answer(vaultLog, next, [], next - 1);
  expect(grown).toEqual([vaultLog]);
  await answer(vaultLog, next, bytesOf(rotated.records.slice(next)), next);
  expect(grown).toEqual([vaultLog, vaultLog]);
});
