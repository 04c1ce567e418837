/** A13, A14, A16, A32: whoever may not write any more, or never might. */
import { cutRecord, pinRecord, removeMemberRecord, setRoleRecord } from "@duro/crypto";
import {
  authorOf,
  identitiesOf,
  incarnationOf,
  withDevice,
  withoutDevice,
  withRotation,
} from "@duro/crypto/testing/people";
import { type EnvelopeId, LogKind } from "@duro/crypto/types";
import { type DeviceCut, Role } from "@duro/crypto/verify";
import { envelopesToRun } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { createAuthor } from "./tools/author.ts";
import { createOwnRoom, createSharedRoom, openOf, withRecord } from "./tools/rooms.ts";
import { envelopesOf, item } from "./tools/runs.ts";
import { deps, openStation, type Room } from "./tools/station.ts";

/** A member who wrote two words, is removed there, and goes on as if nothing had happened. */
const removed = () => {
  const { room, owner, others } = createSharedRoom(Role.Writer, Role.Writer);
  const [leaver, stayer] = [item(others, 0), item(others, 1)];
  const author = createAuthor(room, leaver.state.user, leaver.device);
  author.open();
  const last = author.type("before ");
  const { incarnation } = author;
  const cuts: readonly DeviceCut[] = [
    { device: leaver.device.id, chains: [{ incarnation, seq: last.head.seq, id: last.id }] },
  ];
  const { record, vaultKey } = removeMemberRecord(
    deps,
    room.vault.state,
    authorOf(owner),
    { identity: leaver.state, cuts },
    identitiesOf(owner, stayer),
    room.vault.key,
  );
  const after = withRecord(room, record, vaultKey);
  return { room, after, owner, leaver, stayer, author };
};

describe("A13 whoever was removed", () => {
  test.each(["after the removal", "before the removal", "around the removal"])(
    "and writes on under the old epoch and head counts up to the cut, where it arrives %s",
    async (when) => {
      const { room, after, stayer, author } = removed();
      author.type("after");
      const reader = await openOf(when === "after the removal" ? after : room, stayer);
      const early = { "around the removal": 2, "before the removal": 3 }[when] ?? 0;
      if (early > 0) await reader.hear(envelopesToRun(author.written.slice(0, early)));
      expect(await reader.text()).toBe(["", "", "before ", "before after"][early]);
      await reader.catchUp(after);
      await reader.hear(envelopesToRun(author.written));
      expect(await reader.text()).toBe("before ");
      expect(reader.counted).toEqual({ [author.chain]: 2 });
      expect(reader.failures).toEqual([]);
    },
  );

  test("and opens another chain, backdated to when they were a member, counts for nothing", async () => {
    const { room, after, leaver, stayer } = removed();
    const again = createAuthor(room, leaver.state.user, leaver.device, incarnationOf(5));
    again.open();
    again.type("unseen");
    const reader = await openOf(after, stayer);
    await reader.hear(envelopesToRun(again.written));
    expect(await reader.text()).toBe("");
    expect(reader.counted).toEqual({ [again.chain]: 0 });
  });

  test("is cut by another branch than it shows, and then counts for nothing at the cut", async () => {
    const { room, after, leaver, stayer, author } = removed();
    const other = createAuthor(room, leaver.state.user, leaver.device);
    const opening = item(author.written, 0);
    other.raw(opening.head.kind, { clear: new Uint8Array(), plaintext: new Uint8Array() });
    other.type("instead", { seq: 2, previous: opening.id });
    const reader = await openOf(after, stayer);
    await reader.hear(envelopesToRun([opening, item(other.written, 1)]));
    expect(await reader.text()).toBe("");
    expect(reader.counted).toEqual({ [author.chain]: 1 });
  });
});

describe("A14 what is written after a removal", () => {
  test("and was made offline before it was heard of is sealed under the new key alone", async () => {
    const { room, after, owner, leaver } = removed();
    const writer = await openOf(room, owner);
    await writer.type("made before ");
    await writer.catchUp(after);
    await writer.sealAll();
    const sealed = envelopesOf(writer.core.vault, writer.puts);
    expect(sealed.map(({ head }) => head.epoch)).toEqual([2, 2]);
    expect(sealed.every(({ head }) => head.logHead === after.vault.state.head.id)).toBe(true);
    const spy = await openStation(after, leaver.state.user, leaver.device);
    await spy.hear(...writer.puts);
    expect(await spy.text()).toBe("");
  });

  test("is not sealed at all while the newest key is not at hand", async () => {
    const { after, owner } = removed();
    const writer = await openOf(after, owner);
    const { view } = writer.core.memory;
    const older = [...view.keys].filter(([epoch]) => epoch === 1);
    await writer.core.viewChanged({ ...view, keys: new Map(older) });
    await writer.type("waits");
    await writer.sealAll();
    expect(writer.puts).toEqual([]);
    await writer.core.viewChanged(view);
    await writer.sealAll();
    expect(envelopesOf(writer.core.vault, writer.puts).map(({ head }) => head.epoch)).toEqual([
      2, 2,
    ]);
  });

  test("of a device waits for the key that its holder never had, and is sealed under it", async () => {
    const room = createOwnRoom(2);
    const { person, devices } = room;
    const gone = item(devices, 1);
    const left = withoutDevice(deps, person, gone);
    const now = { ...room, people: [left] };
    const cuts = [{ device: gone.id, chains: [] }];
    const cutOff = withRecord(
      now,
      cutRecord(room.vault.state, authorOf(left), "cutDevice", { identity: left.state, cuts }),
    );
    const writer = await openStation(room, person.state.user, person.device, { isIdle: true });
    await writer.connect();
    await writer.type("before ");
    await writer.catchUp(cutOff);
    await writer.type("after");
    await writer.sealAll();
    const epochs = () => envelopesOf(writer.core.vault, writer.puts).map(({ head }) => head.epoch);
    expect(epochs()).toEqual([1, 1]);
    expect(await writer.text()).toBe("before after");
    const vault = withRotation(deps, cutOff.vault, left, now.people);
    await writer.catchUp({ ...cutOff, vault });
    await writer.sealAll();
    expect(epochs()).toEqual([1, 1, 2]);
    expect(writer.failures).toEqual([]);
  });

  test("of a device that nobody has cut yet waits as well, where the cut is ours to make", async () => {
    const room = createOwnRoom(2);
    const { person, devices } = room;
    const left = withoutDevice(deps, person, item(devices, 1));
    const writer = await openStation(room, person.state.user, person.device, { isIdle: true });
    await writer.connect();
    await writer.catchUp({ ...room, people: [left] });
    await writer.type("waits");
    await writer.sealAll();
    expect(writer.puts).toEqual([]);
    expect(await writer.text()).toBe("waits");
  });

  test("of a device that only others may cut does not stop us: any member could say so", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const { person: grown, device } = withDevice(deps, owner);
    const people = [grown, writer];
    const pin = pinRecord(room.vault.state, authorOf(grown), [grown.state]);
    const known = withRecord({ ...room, people }, pin);
    const reader = await openOf(known, writer, { isIdle: true });
    await reader.catchUp({ ...known, people: [withoutDevice(deps, grown, device), writer] });
    await reader.type("goes on");
    await reader.sealAll();
    expect(reader.puts.length).toBeGreaterThan(0);
  });

  test("under an old epoch by somebody who knew of the new one is void", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const vault = withRotation(deps, room.vault, owner, room.people);
    const rotated: Room = { ...room, vault };
    const author = createAuthor(rotated, writer.state.user, writer.device);
    author.open();
    author.type("right ");
    // The old key under the new log head.
    const { head } = rotated.vault.state;
    author.type("wrong", { key: room.vault.key, logHead: head.id, epoch: 1 });
    const reader = await openOf(rotated, owner);
    await reader.hear(envelopesToRun(author.written));
    expect(reader.refused.map(({ taken }) => taken)).toEqual([
      { kind: "refused", why: "RunBroken" },
    ]);
    const fresh = createAuthor(rotated, writer.state.user, writer.device);
    fresh.open({ key: room.vault.key, epoch: 1 });
    fresh.type("wrong", { key: room.vault.key, epoch: 1 });
    await reader.hear(envelopesToRun(fresh.written));
    expect(await reader.text()).toBe("");
    expect(reader.core.memory.chains.get(fresh.chain)).toMatchObject({ counted: 0, voidAt: 1 });
  });
});

describe("A16 somebody who only reads", () => {
  test("and writes nevertheless counts for nothing, though a relay hands it out", async () => {
    const { room, owner, others } = createSharedRoom(Role.Viewer);
    const viewer = item(others, 0);
    const author = createAuthor(room, viewer.state.user, viewer.device);
    author.open();
    author.type("mine");
    const reader = await openOf(room, owner);
    await reader.hear(envelopesToRun(author.written));
    expect(await reader.text()).toBe("");
    expect(reader.counted).toEqual({ [author.chain]: 0 });
  });

  test("seals nothing, and raises no role of their own", async () => {
    const { room, owner, others } = createSharedRoom(Role.Viewer);
    const viewer = item(others, 0);
    const station = await openOf(room, viewer);
    await station.type("mine");
    await station.sealAll();
    expect(station.puts).toEqual([]);
    const raise = setRoleRecord(room.vault.state, authorOf(viewer), {
      identity: viewer.state,
      role: Role.Writer,
      cuts: [],
    });
    const reader = await openOf(room, owner);
    const name = { kind: LogKind.Vault, log: reader.core.vault } as const;
    const taken = await reader.follow(name, [raise]);
    expect(taken).toMatchObject({
      value: { newCount: 0, trouble: { type: "LogRefused", error: { type: "RuleViolated" } } },
    });
  });
});

test("A32 what a cut took away comes back from what is here when the cut is raised", async () => {
  const own = createOwnRoom(2);
  const { person, devices } = own;
  const author = createAuthor(own, person.state.user, item(devices, 1));
  author.open();
  author.type("mine ");
  const last = author.type("too");
  const cutAt = (room: Room, type: "cutDevice" | "raiseCut", seq: number, id: EnvelopeId): Room => {
    const { incarnation } = author;
    const chains = seq === 0 ? [] : [{ incarnation, seq, id }];
    const cuts = [{ device: item(devices, 1).id, chains }];
    const { state } = room.vault;
    return withRecord(
      room,
      cutRecord(state, authorOf(person), type, { identity: person.state, cuts }),
    );
  };
  const low = cutAt(own, "cutDevice", 0, last.id);
  const raised = cutAt(low, "raiseCut", 3, last.id);
  const reader = await openOf(own, person);
  await reader.hear(envelopesToRun(author.written));
  expect(await reader.text()).toBe("mine too");
  await reader.catchUp(low);
  expect(await reader.text()).toBe("");
  await reader.catchUp(raised);
  expect(await reader.text()).toBe("mine too");
  expect(reader.failures).toEqual([]);
});
