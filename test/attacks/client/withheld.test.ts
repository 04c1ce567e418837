/** A5: the end of a chain is kept from one device, and another's envelope says that there is more. */
import { openBody } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { Role, verifyEnvelope } from "@duro/crypto/verify";
import { decodeBody, decodeDataContent, envelopesToRun } from "@duro/protocol";
import { expect, test } from "vitest";
import { Doc } from "yjs";
import { createAuthor, updateOf } from "./tools/author.ts";
import { createSharedRoom, openOf, openOwnStations } from "./tools/rooms.ts";
import { envelopesOf, item } from "./tools/runs.ts";
import { docOf } from "./tools/station.ts";

const graceMs = 120_000;
const roundMs = 20_000;

const hidden = async () => {
  const { room, owner, others } = createSharedRoom(Role.Writer, Role.Writer);
  const [one, two] = [item(others, 0), item(others, 1)];
  const writer = createAuthor(room, one.state.user, one.device);
  writer.open();
  for (const word of ["a", "b", "c"]) writer.type(word);
  const witness = createAuthor(room, two.state.user, two.device);
  witness.open();
  witness.data(updateOf(new Doc(), ""), {}, [{ chain: writer.chain, seq: 4 }]);
  const reader = await openOf(room, owner);
  await reader.core.caughtUp();
  await reader.hear(envelopesToRun(writer.written.slice(0, 2)), envelopesToRun(witness.written));
  const wait = (ms: number): void => {
    for (let left = ms; left > 0; left -= roundMs) {
      reader.clock.pass(roundMs);
      reader.core.watch.tick();
    }
  };
  return { reader, writer, wait };
};

test("A5 a hidden tail is told once the grace is over, by whose word and how much, and not before", async () => {
  const { reader, writer, wait } = await hidden();
  wait(graceMs - roundMs);
  expect(reader.alarms).toEqual([]);
  wait(2 * roundMs);
  expect(reader.alarms).toEqual(["Withholding"]);
  const [found] = [...reader.core.watch.book.byKey.values()];
  expect(found?.alarm).toMatchObject({ chain: writer.chain });
  await reader.hear(envelopesToRun(writer.written.slice(2)));
  wait(roundMs);
  expect(reader.alarms).toEqual([]);
  expect(await reader.text()).toBe("abc");
});

test("A5 a device says in its next edit how far it has seen the others, and that is enough", async () => {
  const stations = await openOwnStations(3);
  const hiddenOne = await stations.open(0);
  const witness = await stations.open(1);
  for (const word of ["a", "b", "c"]) {
    await hiddenOne.type(word);
    await hiddenOne.sealAll();
  }
  await witness.hear(...hiddenOne.puts);
  // Of another document, so that nothing waits for what it refers to.
  await witness.type("elsewhere", docOf(2));
  await witness.sealAll();
  const reader = await stations.open(2);
  await reader.core.caughtUp();
  await reader.hear(item(hiddenOne.puts, 0), ...witness.puts);
  expect(await reader.text(docOf(2))).toBe("elsewhere");
  for (let ms = 0; ms <= graceMs; ms += roundMs) {
    reader.clock.pass(roundMs);
    reader.core.watch.tick();
  }
  expect(reader.alarms).toEqual(["Withholding"]);
});

test("A5 a device says of others what counts here and no more, and says it once", async () => {
  const { room, vault, open } = await openOwnStations(3);
  const [a, b, c] = [await open(0), await open(1), await open(2)];
  await a.type("one");
  await a.sealAll();
  await b.hear(...a.puts);
  await b.type(" two");
  await b.sealAll();
  // What it refers to is not here: the opening counts, the edit is held.
  await c.hear(...b.puts);
  for (const word of ["x", "y"]) {
    await c.type(word, docOf(2));
    await c.sealAll();
  }
  const said = envelopesOf(vault, c.puts).flatMap((envelope) => {
    const verified = verifyEnvelope(envelope, item(room.devices, 2).signKey);
    assert(verified.ok, "it has just signed it");
    const content = openBody(room.vault.key, verified.value);
    const body = content.ok ? decodeBody(envelope.head, content.value) : content;
    if (!body.ok || body.value.type !== "Data") return [];
    const data = decodeDataContent(body.value.plaintext.content);
    return data.ok ? [data.value.seen] : [];
  });
  expect(said).toEqual([[{ chain: b.core.memory.own.chain, seq: 1 }], []]);
});

test("A5 what comes within the grace was late and nothing else", async () => {
  const { reader, writer, wait } = await hidden();
  wait(graceMs - roundMs);
  await reader.hear(envelopesToRun(writer.written.slice(2)));
  wait(10 * roundMs);
  expect(reader.alarms).toEqual([]);
});
