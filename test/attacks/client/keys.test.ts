/** A10, A12: a relay, or a member, that plays with who gets which key. */
import { createDeviceKeys, openVaultKeys, rotateRecord } from "@duro/crypto";
import {
  addDeviceOf,
  authorOf,
  createPerson,
  identitiesOf,
  keysOf,
} from "@duro/crypto/testing/people";
import { vaultPayloadOf, vaultRecord } from "@duro/crypto/testing/records";
import { DeviceScope, LogKind } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { envelopesToRun } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { createAuthor } from "./tools/author.ts";
import { createSharedRoom, openOf, withRecord } from "./tools/rooms.ts";
import { envelopesOf, item } from "./tools/runs.ts";
import { deps } from "./tools/station.ts";

describe("A10 a device that the relay slips in", () => {
  test("is in no list, gets no box, and what it signs counts for nothing", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const spy = createDeviceKeys(deps);
    // Signed by the spy itself, in the name of the writer's device: a relay has no other key.
    const record = addDeviceOf(
      deps,
      { ...writer, device: { ...spy, id: writer.device.id } },
      spy,
      DeviceScope.Full,
    );
    const reader = await openOf(room, owner);
    const name = { kind: LogKind.Identity, log: writer.state.user } as const;
    const taken = await reader.follow(name, [record]);
    expect(taken).toMatchObject({ value: { newCount: 0, trouble: { type: "LogRefused" } } });
    expect(reader.logs.identity(writer.state.user)?.devices.has(spy.id)).toBe(false);
    const author = createAuthor(room, writer.state.user, spy);
    author.open();
    author.type("from nowhere");
    await reader.hear(envelopesToRun(author.written));
    expect(reader.unknownAuthors).toEqual([writer.state.user]);
    expect(reader.counted).toEqual({});
    // And a rotation from what was followed boxes to nobody else.
    const people = identitiesOf(owner, writer);
    const { record: rotation } = rotateRecord(
      deps,
      room.vault.state,
      authorOf(owner),
      people,
      room.vault.key,
    );
    const { members } = vaultPayloadOf(rotation, "rotate").rotation;
    expect(members.map(({ user }) => user)).toEqual([...people.keys()].toSorted());
  });

  test("does not speak in the name of a device that there is", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const spy = createDeviceKeys(deps);
    const author = createAuthor(room, writer.state.user, spy);
    author.open({ device: writer.device });
    author.type("in your name");
    const reader = await openOf(room, owner);
    const { content } = reader;
    await reader.hear(envelopesToRun(author.written));
    expect(reader.refused.map(({ taken }) => taken)).toEqual([
      { kind: "refused", why: "ChainForeign" },
    ]);
    expect(reader.content.every((rows, at) => rows === content[at])).toBe(true);
  });
});

describe("A12 a box", () => {
  test("that does not open leaves the vault readable, is told, and nothing is sealed until it is mended", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer);
    const writer = item(others, 0);
    const honest = rotateRecord(
      deps,
      room.vault.state,
      authorOf(owner),
      identitiesOf(owner, writer),
      room.vault.key,
    );
    const payload = vaultPayloadOf(honest.record, "rotate");
    const [first, second] = payload.rotation.members;
    if (first === undefined || second === undefined) throw new Error("two members");
    // Each gets what was boxed to the other.
    const swapped = [
      { ...first, box: second.box },
      { ...second, box: first.box },
    ];
    const rotation = { ...payload.rotation, members: swapped };
    const bad = vaultRecord(room.vault, owner, { ...payload, rotation }, { reliedOn: [writer] });
    const rotated = withRecord(room, bad, honest.vaultKey);
    const reader = await openOf(room, writer);
    await reader.type("before");
    await reader.catchUp(rotated);
    await reader.sealAll();
    expect(reader.alarms).toEqual(["KeysMissing"]);
    expect(reader.puts).toEqual([]);
    expect(await reader.text()).toBe("before");
    // What others write under it is kept and waits.
    const author = createAuthor(rotated, owner.state.user, owner.device);
    author.open();
    author.type("later");
    await reader.hear(envelopesToRun(author.written));
    expect([...reader.core.memory.holds.values()].map(({ why }) => why)).toEqual(["a key"]);
    expect(keysOf(rotated.vault, writer).keys.has(2)).toBe(false);
    expect(envelopesOf(reader.core.vault, reader.puts)).toEqual([]);
  });

  test("of another person opens nothing to whoever tries it", () => {
    const { room } = createSharedRoom(Role.Writer);
    const stranger = createPerson(deps);
    const { keys } = openVaultKeys(room.vault.state, {
      kind: "member",
      user: stranger.state.user,
      userKeys: new Map([[1, stranger.userKeys]]),
    });
    expect(keys.size).toBe(0);
  });
});
