/** A8, A11, A19: two histories, of a log or of a chain. */
import { cutRecord, pinRecord } from "@duro/crypto";
import { authorOf, withDevice, withoutDevice, withVaultRecord } from "@duro/crypto/testing/people";
import { LogKind } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { envelopesToRun } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { createAuthor } from "./tools/author.ts";
import { createOwnRoom, createSharedRoom, openOf, withRecord } from "./tools/rooms.ts";
import { item } from "./tools/runs.ts";
import { deps, frameOf, openStation } from "./tools/station.ts";

/** Two records for one place: an owner's two devices, kept apart by the relay. */
const twoWorlds = () => {
  const { room, owner, others } = createSharedRoom(Role.Writer);
  const writer = item(others, 0);
  const { person: grown } = withDevice(deps, owner);
  const people = [grown, writer];
  const known = { ...room, people };
  const pin = pinRecord(room.vault.state, authorOf(grown), [grown.state]);
  const other = pinRecord(room.vault.state, authorOf(grown), [grown.state, writer.state]);
  return {
    room: known,
    left: withRecord(known, pin),
    right: withRecord(known, other),
    grown,
    writer,
  };
};

describe("A8 two devices that were shown different logs", () => {
  test("learn it from the first envelope that crosses: it counts for nothing, and the record is missed", async () => {
    const { room, left, right, grown, writer } = twoWorlds();
    const author = createAuthor(left, writer.state.user, writer.device);
    author.open({ logHead: room.vault.state.head.id });
    author.type("from the left");
    const reader = await openOf(right, grown);
    await reader.hear(envelopesToRun(author.written));
    expect(await reader.text()).toBe("");
    expect(reader.core.memory.chains.get(author.chain)).toMatchObject({ counted: 1, voidAt: 0 });
    expect([...reader.core.memory.holds.values()].map(({ why }) => why)).toEqual([
      "a record of the vault's log",
    ]);
    await reader.core.caughtUp();
    for (let ms = 0; ms <= 120_000; ms += 20_000) {
      reader.clock.pass(20_000);
      reader.core.watch.tick();
    }
    expect(reader.alarms).toEqual(["LogWithheld"]);
    expect(reader.failures).toEqual([]);
  });

  test("name both records where the relay shows the other branch, keep theirs, and seal nothing", async () => {
    const { left, right, grown } = twoWorlds();
    const reader = await openOf(right, grown);
    const name = { kind: LogKind.Vault, log: reader.core.vault } as const;
    const taken = await reader.follow(name, left.vault.records);
    expect(taken).toMatchObject({
      value: {
        newCount: 0,
        trouble: {
          type: "LogForked",
          ours: right.vault.state.head.id,
          theirs: left.vault.state.head.id,
        },
      },
    });
    expect(reader.logs.vault(reader.core.vault)?.head.id).toBe(right.vault.state.head.id);
  });
});

describe("A34 a list of devices that goes on in two ways", () => {
  test("is told and stops sealing, whatever the relay lists of the vault, also after a restart", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const [left, right] = [withDevice(deps, writer).person, withDevice(deps, writer).person];
    const reader = await openOf({ ...room, people: [owner, left] }, owner);
    const name = { kind: LogKind.Identity, log: writer.state.user } as const;
    const taken = await reader.follow(name, right.records);
    const trouble = taken.ok ? taken.value.trouble : undefined;
    expect(trouble).toMatchObject({
      type: "LogForked",
      ours: left.state.head.id,
      theirs: right.state.head.id,
    });
    if (trouble !== undefined) reader.core.watch.logTrouble(trouble);
    for (let connection = 0; connection < 2; connection += 1) {
      reader.core.disconnected();
      await reader.connect();
      expect(reader.alarms).toEqual(["LogForked"]);
      expect(reader.core.memory.isSealingStopped).toBe(true);
    }
    const { disk } = reader;
    await reader.core.close();
    const again = await openOf({ ...room, people: [owner, left] }, owner, { disk });
    expect(again.alarms).toEqual(["LogForked"]);
    expect(again.core.memory.isSealingStopped).toBe(true);
  });
});

describe("A11 a log that is cut short or has a hole", () => {
  test("is not taken from behind the hole", async () => {
    const { room, left, grown } = twoWorlds();
    const reader = await openOf(room, grown);
    const name = { kind: LogKind.Vault, log: reader.core.vault } as const;
    const later = withVaultRecord(
      left.vault,
      pinRecord(left.vault.state, authorOf(grown), [grown.state]),
      room.people,
    );
    const taken = await reader.follow(name, [item(later.records, -1)]);
    expect(taken).toMatchObject({ value: { newCount: 0, trouble: { type: "LogGap" } } });
    expect(reader.logs.vault(reader.core.vault)?.head.id).toBe(room.vault.state.head.id);
  });

  test("whose revocation is hidden from us shows by the pin that relies on it", async () => {
    const own = createOwnRoom(2);
    const before = own.person;
    const after = withoutDevice(deps, before, item(own.devices, 1));
    const reader = await openStation(own, before.state.user, before.device);
    const people = [after];
    const cut = withRecord(
      { ...own, people },
      // A pin past a revocation brings the cut.
      cutRecord(own.vault.state, authorOf(after), "cutDevice", {
        identity: after.state,
        cuts: [{ device: item(own.devices, 1).id, chains: [] }],
      }),
    );
    const name = { kind: LogKind.Vault, log: reader.core.vault } as const;
    const taken = await reader.follow(name, [item(cut.vault.records, -1)]);
    expect(taken).toMatchObject({
      value: {
        newCount: 0,
        trouble: { type: "IdentityNeeded", user: before.state.user, index: after.state.head.index },
      },
    });
  });
});

describe("A19 two envelopes for one place", () => {
  test("are noticed by whoever has one and meets the other, and neither is replaced", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const one = createAuthor(room, writer.state.user, writer.device);
    const opening = one.open();
    const first = one.type("one");
    const two = createAuthor(room, writer.state.user, writer.device);
    two.open();
    const second = two.type("two", { previous: opening.id });
    const reader = await openOf(room, owner);
    await reader.hear(envelopesToRun([opening, first]), envelopesToRun([opening, second]));
    expect(reader.refused.map(({ taken }) => taken)).toMatchObject([
      { kind: "equivocation", ours: { head: first.head }, theirs: { head: second.head } },
    ]);
    expect(reader.alarms).toContain("Equivocation");
    expect(await reader.text()).toBe("one");
  });

  test("are noticed as well where both come at once, before either is kept", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const one = createAuthor(room, writer.state.user, writer.device);
    const opening = one.open();
    one.type("one");
    const two = createAuthor(room, writer.state.user, writer.device);
    two.open();
    const second = two.type("two", { previous: opening.id });
    const reader = await openOf(room, owner);
    await reader.hearBytes(frameOf(envelopesToRun(one.written), envelopesToRun([second])));
    expect(reader.refused.map(({ taken }) => taken.kind)).toEqual(["equivocation"]);
    expect(await reader.text()).toBe("one");
  });

  test("of which one is not signed are the relay's lie, and prove nothing", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const one = createAuthor(room, writer.state.user, writer.device);
    const opening = one.open();
    const first = one.type("one");
    const two = createAuthor(room, writer.state.user, writer.device);
    two.open();
    const second = { ...two.type("two", { previous: opening.id }), signature: first.signature };
    const reader = await openOf(room, owner);
    await reader.hear(envelopesToRun([opening, first]), envelopesToRun([opening, second]));
    expect(reader.refused.map(({ taken }) => taken)).toEqual([
      { kind: "refused", why: "BadSignature" },
    ]);
    expect(reader.alarms).toEqual([]);
  });

  test("of which ours lies within a run, with a signature that the relay spoiled, are no proof to post", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const one = createAuthor(room, writer.state.user, writer.device);
    const opening = one.open();
    const first = one.type("one");
    const third = one.type(" more");
    const two = createAuthor(room, writer.state.user, writer.device);
    two.open();
    const second = two.type("two", { previous: opening.id });
    const spoiled = { ...first, signature: opening.signature };
    const reader = await openOf(room, owner);
    await reader.hear(envelopesToRun([opening, spoiled, third]));
    expect(await reader.text()).toBe("one more");
    await reader.hear(envelopesToRun([opening, second]));
    expect(reader.refused.map(({ taken }) => taken)).toEqual([
      { kind: "refused", why: "BadSignature" },
    ]);
  });
});
