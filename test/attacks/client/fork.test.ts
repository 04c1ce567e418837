/**
 * A11 a vault's log that goes on in two ways: a relay was put back behind records that it had handed out,
 * or keeps two devices apart. At whole engines, at the relay's real core.
 */
import { type Engine, settleFork } from "@duro/client";
import { createNodeTransport } from "@duro/client/node";
import {
  cutRecord,
  type DeviceKeys,
  pinRecord,
  plainVaultRecord,
  systemRandomBytes,
} from "@duro/crypto";
import { assert, LogKind } from "@duro/crypto/types";
import type { LogRecord, VaultState } from "@duro/crypto/verify";
import type { ClientFrame, Run } from "@duro/protocol";
import { afterEach, expect, test } from "vitest";
import { createMemoryDisk } from "../../../packages/client/src/testing/memoryLocalStore.ts";
import { snapshotOf } from "../../client/tools/snapshot.ts";
import { type Lies, throughLies } from "../../client/tools/lyingRelay.ts";
import { endWorlds, openWorld, textOf, until } from "../../client/tools/world.ts";

afterEach(endWorlds);

type World = Awaited<ReturnType<typeof openWorld>>;
type Make = (state: VaultState) => LogRecord;

/** But that others have begun a new chain, which is told and is so. */
const standing = (engine: Engine): readonly string[] =>
  engine.alarms.flatMap(({ alarm, healedAtMs }) =>
    healedAtMs === undefined && alarm.type !== "OtherIncarnation" ? [alarm.type] : [],
  );

const settleTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
};

const post = async (engine: Engine, { vault }: World, make: Make): Promise<void> => {
  const { vault: id } = vault.state;
  let isMade = false;
  const posted = await engine.post({ kind: LogKind.Vault, log: id }, () => {
    const state = engine.vaultLog(id);
    if (state === undefined || isMade) return undefined;
    isMade = true;
    return make(state);
  });
  expect(posted).toEqual({ ok: true, value: undefined });
};

const pinBy =
  ({ person }: World, device: DeviceKeys): Make =>
  (state) =>
    pinRecord(state, { device, identity: person.state }, [person.state]);

const cutBy =
  ({ person }: World, device: DeviceKeys, gone: DeviceKeys): Make =>
  (state) =>
    cutRecord(state, { device, identity: person.state }, "cutDevice", {
      identity: person.state,
      cuts: [{ device: gone.id, chains: [] }],
    });

/**
 * The first device, and the third where it is asked for, follow a record that the relay forgets, and write
 * under it; the second appends another in its place.
 */
const forked = async (ours: (world: World) => Make, { isThirdThere = false } = {}) => {
  const world = await openWorld();
  const { vault, first, second, third, open, relay, restart, stores } = world;
  const { vault: id } = vault.state;
  const disks = [createMemoryDisk(), createMemoryDisk()] as const;
  const sent: ClientFrame[] = [];
  const seeing: Lies = {
    up: (frame) => {
      sent.push(frame);
      return [frame];
    },
  };
  const transport = throughLies(createNodeTransport(), () => seeing);
  const before = await open(first, disks[0], undefined, { transport });
  const a = await textOf(before, id);
  a.text().insert(0, "one ");
  await until(() => a.vault.status.isCaughtUp && a.vault.status.pendingCount === 0);
  const putBack = snapshotOf(stores.data);
  await post(before, world, ours(world));
  expect((await before.doDuties(id)).ok).toBe(true);
  const common = vault.state.head;
  a.text().insert(4, "two ");
  await until(() => a.vault.status.pendingCount === 0);
  if (isThirdThere) {
    const other = await open(third, disks[1]);
    const c = await textOf(other, id);
    await until(() => c.text().toJSON() === "one two ");
    c.text().insert(8, "three ");
    await until(() => a.text().toJSON() === "one two three ");
    await other[Symbol.asyncDispose]();
  }
  await before[Symbol.asyncDispose]();
  await relay.stop();
  putBack();
  const restored = await restart();
  let lies: Lies = {};
  const behind = { transport: throughLies(createNodeTransport(), () => lies) };
  const stayed = await open(second, undefined, restored, behind);
  const b = await textOf(stayed, id);
  await until(() => b.vault.status.isCaughtUp);
  await post(stayed, world, pinBy(world, second));
  await until(() => b.text().toJSON() === "one ");
  b.text().insert(0, "bee ");
  await until(() => b.vault.status.pendingCount === 0);
  const puts = (): readonly Run[] =>
    sent.flatMap((frame) => (frame.type === "Put" ? [frame.run] : []));
  const openFirst = () => open(first, disks[0], restored, { transport });
  const openThird = () => open(third, disks[1], restored);
  const lieToSecond = (next: Lies): void => {
    lies = next;
  };
  return { world, id, common, stayed, b, openFirst, openThird, puts, lieToSecond };
};

const settleIn = (engine: Engine, { first }: World, id: Parameters<Engine["vault"]>[0]) =>
  settleFork({ engine, device: first, randomBytes: systemRandomBytes }, id, "theirs");

test("A11 a fork stops sealing, and once an owner settled it everybody stands on one branch with everything they wrote", async () => {
  const { world, id, common, stayed, b, openFirst, openThird, puts } = await forked(
    (w) => pinBy(w, w.first),
    { isThirdThere: true },
  );
  const engine = await openFirst();
  const a = await textOf(engine, id);
  await until(() => engine.fork(id) !== undefined);
  const fallen = engine.vaultLog(id)?.head;
  const told = engine.alarms.find((one) => one.alarm.type === "LogForked");
  expect(told?.alarm).toMatchObject({
    index: common.index + 1,
    ours: fallen?.id,
    theirs: stayed.vaultLog(id)?.head.id,
    evidence: "record",
  });
  const formerChain = [...engine.chains(id)].find(({ device }) => device === world.first.id)?.chain;
  const putCount = puts().length;
  a.text().insert(0, "four ");
  expect((await a.open.saved()).ok).toBe(true);
  await settleTurns();
  expect(a.vault.status.isSealingStopped).toBe(true);
  expect(
    puts()
      .slice(putCount)
      .filter(({ chain }) => chain === formerChain),
  ).toEqual([]);
  expect(engine.vaultLog(id)?.head.id).toBe(fallen?.id);

  expect(await settleIn(engine, world, id)).toEqual({ ok: true, value: undefined });
  await until(() => engine.vaultLog(id)?.head.id === stayed.vaultLog(id)?.head.id);
  expect(engine.vaultLog(id)?.indexByRecord.has(fallen?.id ?? common.id)).toBe(false);
  const other = await openThird();
  const c = await textOf(other, id);
  const words = ["bee", "four", "one", "three", "two"];
  const wordsOf = (text: string): readonly string[] => text.trim().split(" ").toSorted();
  await until(() =>
    [a, b, c].every(({ text }) => text().length === a.text().length && a.text().length === 23),
  );
  for (const { text } of [a, b, c]) expect(wordsOf(text().toJSON())).toEqual(words);
  expect(new Set([a, b, c].map(({ text }) => text().toJSON())).size).toBe(1);
  await until(() => [engine, stayed, other].every((one) => standing(one).length === 0));
  // What was written under the branch that fell is sealed anew, under another chain.
  for (const device of [world.first, world.third]) {
    const chains = [...stayed.chains(id)].filter((row) => row.device === device.id);
    expect(
      chains.some(
        ({ chain, counted, head }) => chain !== formerChain && counted === head.at && counted > 0,
      ),
    ).toBe(true);
  }
});

test("A11 a device does not come over while the branch that stands gives back what its own took away", async () => {
  const { world, id, common, stayed, openFirst } = await forked((w) => cutBy(w, w.first, w.third));
  const engine = await openFirst();
  const a = await textOf(engine, id);
  await until(() => engine.fork(id) !== undefined);
  const fallen = engine.vaultLog(id)?.head;
  assert(fallen !== undefined, "its log is here");
  // An owner's device says so, and does not know of the removal.
  await post(stayed, world, (state) =>
    plainVaultRecord(
      state,
      { device: world.second, identity: world.person.state },
      {
        type: "resolve",
        common,
        fallen,
      },
    ),
  );
  await until(() => engine.fork(id)?.isSettled === true);
  await settleTurns();
  expect(engine.vaultLog(id)?.head.id).toBe(fallen.id);
  expect(standing(engine)).toContain("LogForked");
  expect(engine.fork(id)?.owedThere).toEqual([
    { kind: "device", user: world.person.state.user, device: world.third.id },
  ]);
  a.text().insert(0, "waits ");
  await a.open.saved();
  await settleTurns();
  expect(a.vault.status.pendingCount).toBeGreaterThan(0);

  expect(await settleIn(engine, world, id)).toEqual({ ok: true, value: undefined });
  await until(() => a.vault.status.pendingCount === 0 && standing(engine).length === 0);
  expect(stayed.vaultLog(id)?.closedDevices.get(world.third.id)).toBe("device");
  await until(() => engine.vaultLog(id)?.head.id === stayed.vaultLog(id)?.head.id);
});

test("A11 a device that was stopped while it came over goes on with it, and loses nothing", async () => {
  const { world, id, b, openFirst } = await forked((w) => pinBy(w, w.first));
  const engine = await openFirst();
  const a = await textOf(engine, id);
  await until(() => engine.fork(id) !== undefined);
  a.text().insert(0, "four ");
  await a.open.saved();
  expect((await settleIn(engine, world, id)).ok).toBe(true);
  // The log has been changed by now; how far the documents are is not waited for.
  await engine[Symbol.asyncDispose]();
  const again = await openFirst();
  const c = await textOf(again, id);
  await until(() => c.text().length === 17 && b.text().length === 17);
  expect(c.text().toJSON()).toBe(b.text().toJSON());
  expect(standing(again)).toEqual([]);
});

test("A11 what was written under the branch that fell holds nobody up, once its author has come over", async () => {
  const { world, id, stayed, b, openFirst, puts, lieToSecond } = await forked((w) =>
    pinBy(w, w.first),
  );
  const engine = await openFirst();
  const a = await textOf(engine, id);
  await until(() => engine.fork(id) !== undefined);
  const fallen = engine.vaultLog(id)?.head.id;
  const runs = puts().filter(({ envelopes }) =>
    envelopes.some(({ logHead }) => logHead === fallen),
  );
  expect(runs.length).toBeGreaterThan(0);
  // The relay shows it to somebody who has the other log.
  lieToSecond({
    down: (frame) => {
      if (frame.type !== "CatchUpDone") return [frame];
      const { channel, position } = frame;
      return [{ type: "Envelopes", channel, position, runs }, frame];
    },
  });
  stayed.disconnect();
  await until(() => ["stopped", "idle"].includes(stayed.status.link));
  stayed.connect();
  await until(() => b.vault.status.heldCount === 1);
  lieToSecond({});
  expect((await settleIn(engine, world, id)).ok).toBe(true);
  await until(() => b.vault.status.heldCount === 0 && b.text().toJSON() === a.text().toJSON());
  expect(a.text().length).toBe(12);
  await until(() => [engine, stayed].every((one) => standing(one).length === 0));
});

test("A11 an owner who was shown nothing of the branch that falls names it as people tell each other, and it is left", async () => {
  const { world, id, common, stayed, b, openFirst } = await forked((w) => pinBy(w, w.first));
  const deps = { engine: stayed, device: world.second, randomBytes: systemRandomBytes };
  const engine = await openFirst();
  const a = await textOf(engine, id);
  await until(() => engine.fork(id) !== undefined);
  const fallen = engine.vaultLog(id)?.head;
  assert(fallen?.index === common.index + 1, "its branch is one record long");
  expect(await settleFork(deps, id, "ours")).toMatchObject({ error: { type: "NoFork" } });
  expect(await settleFork(deps, id, "ours", fallen)).toEqual({ ok: true, value: undefined });
  await until(() => a.text().length === 12 && b.text().length === 12);
  expect(a.text().toJSON()).toBe(b.text().toJSON());
  await until(() => [engine, stayed].every((one) => standing(one).length === 0));
});
