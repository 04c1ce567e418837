/** A1, A2, A24: bytes that somebody changed, moved, or crafted. Nothing of them is kept, or nothing counts. */
import { sealEnvelope, type VaultKey } from "@duro/crypto";
import { filled, signBody, someVaultKey } from "@duro/crypto/testing/samples";
import { assert, chainIds, EnvelopeKind, type HeadFields, recordIds } from "@duro/crypto/types";
import { verifyEnvelope } from "@duro/crypto/verify";
import { encodeBody, encodeRun, envelopesToRun, type Run } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { Doc } from "yjs";
import { createAuthor, dataBody, updateOf } from "./tools/author.ts";
import { openOwnStations } from "./tools/rooms.ts";
import { envelopesOf, item, splitRuns } from "./tools/runs.ts";
import { deps, docOf, frameOf, type Station } from "./tools/station.ts";

const written = async () => {
  const stations = await openOwnStations(2);
  const writer = await stations.open(0);
  await writer.type("one");
  await writer.sealAll();
  await writer.type(" two");
  await writer.sealAll();
  return { ...stations, writer, reader: await stations.open(1) };
};

/** Every bit of the run in the frame, one at a time. */
const flipEach = async (reader: Station, run: Run): Promise<number> => {
  const whole = frameOf(run);
  const start = whole.length - encodeRun(run).length;
  let heardCount = 0;
  for (let at = start; at < whole.length; at += 1)
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = whole.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      if (await reader.hearBytes(flipped)) heardCount += 1;
    }
  return heardCount;
};

describe("A1 a changed bit", () => {
  test("anywhere in an envelope changes nothing here, and the true one counts afterwards", async () => {
    const { vault, writer, reader } = await written();
    for (const run of splitRuns(vault, writer.puts)) {
      const { content } = reader;
      // Most flips still are frames, so it is the engine that refused them.
      expect(await flipEach(reader, run)).toBeGreaterThan(2_000);
      expect(reader.content.every((rows, at) => rows === content[at])).toBe(true);
      await reader.hear(run);
    }
    expect(await reader.text()).toBe("one two");
    expect(reader.failures).toEqual([]);
  });

  test("in the signature of an envelope that others follow does not stop a chain that is read back", async () => {
    const { room, open } = await openOwnStations(2);
    const { user } = room.person.state;
    const author = createAuthor(room, user, item(room.devices, 0));
    author.open();
    for (let count = 0; count < 299; count += 1) author.type("x");
    const { signature } = item(author.written, 0);
    const spoiled = author.written.map((envelope, at) =>
      at === 199 || at === 299 ? envelope : { ...envelope, signature },
    );
    const reader = await open(1);
    // Its key is not here yet, so that it is read back from the store.
    const { view } = reader.core.memory;
    await reader.core.viewChanged({ ...view, keys: new Map() });
    // Pages of the store end elsewhere than runs do.
    await reader.hear(envelopesToRun(spoiled.slice(0, 200)), envelopesToRun(spoiled.slice(200)));
    expect(reader.counted).toEqual({ [author.chain]: 0 });
    await reader.core.viewChanged(view);
    expect(reader.failures).toEqual([]);
    expect((await reader.text()).length).toBe(299);
    // Another relay, or one that has lost it, takes it from here all the same.
    await reader.connect();
    const { signKey } = item(room.devices, 0);
    const put = envelopesOf(room.vault.state.vault, reader.puts);
    const ends = reader.puts.map(({ firstSeq, envelopes }) => firstSeq + envelopes.length - 1);
    expect(ends).toEqual([200, 300]);
    for (const end of ends) {
      const last = item(put, end - 1);
      expect([last.head.seq, verifyEnvelope(last, signKey).ok]).toEqual([end, true]);
    }
  });
});

describe("A2 a body", () => {
  test("that stands in another envelope is refused, and nothing of its run is kept", async () => {
    const { writer, vault, reader } = await written();
    const whole = envelopesToRun(envelopesOf(vault, writer.puts));
    const [opened, first, second] = whole.envelopes;
    assert(opened !== undefined && first !== undefined && second !== undefined, "three envelopes");
    const { content } = reader;
    await reader.hear({ ...whole, envelopes: [opened, { ...first, body: second.body }, second] });
    expect(reader.refused.map(({ taken }) => taken)).toEqual([
      { kind: "refused", why: "BodyHashMismatch" },
    ]);
    expect(reader.content.every((rows, at) => rows === content[at])).toBe(true);
  });

  test.each<[string, Partial<HeadFields>, VaultKey?]>([
    ["seq", { seq: 3 }],
    ["chain", { chain: chainIds.fromBytes(filled(16, 5)) }],
    ["kind", { kind: EnvelopeKind.Beacon }],
    ["log head", { logHead: recordIds.fromBytes(filled(32, 5)) }],
    ["epoch", { epoch: 2 }, someVaultKey(deps, { epoch: 2 })],
    ["vault", {}, someVaultKey(deps)],
  ])("that its author sealed for another %s never counts", async (_, fields, key) => {
    const { room, vault, open } = await openOwnStations(2);
    const device = item(room.devices, 0);
    const author = createAuthor(room, room.person.state.user, device);
    const opening = author.open();
    const place: HeadFields = {
      kind: EnvelopeKind.Data,
      flags: 0,
      vault,
      chain: author.chain,
      seq: 2,
      previous: opening.id,
      epoch: 1,
      logHead: room.vault.state.head.id,
    };
    const vaultKey = key ?? room.vault.key;
    const elsewhere = { ...place, vault: vaultKey.vault, ...fields };
    const content = encodeBody(dataBody([{ doc: docOf(1), update: updateOf(new Doc(), "moved") }]));
    const sealed = sealEnvelope(
      deps,
      { vaultKey, signSecret: device.signSecret },
      elsewhere,
      content,
    );
    assert(sealed.body !== undefined, "it was just sealed");
    const reader = await open(1);
    await reader.hear(envelopesToRun([opening, signBody(device, sealed.head, sealed.body, place)]));
    expect(reader.core.memory.chains.get(author.chain)).toMatchObject({ counted: 1, voidAt: 2 });
    expect(await reader.text()).toBe("");
  });
});

test("A24 a ciphertext that opens under two keys counts under neither", async () => {
  const { room, open } = await openOwnStations(2);
  const device = item(room.devices, 0);
  const author = createAuthor(room, room.person.state.user, device);
  author.open();
  const honest = author.type("text");
  assert(honest.body !== undefined, "it was just sealed");
  // Whatever else it opens under, the commitment in front of it is of one key.
  const crafted = honest.body.slice();
  crafted[1] = (crafted[1] ?? 0) ^ 1;
  const reader = await open(1);
  const signed = signBody(device, honest.head, crafted);
  await reader.hear(envelopesToRun([item(author.written, 0), signed]));
  expect(reader.core.memory.chains.get(author.chain)).toMatchObject({ counted: 1, voidAt: 2 });
});
