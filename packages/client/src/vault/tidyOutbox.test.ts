import { expect, test } from "vitest";
import { readRange } from "../store/readRange.ts";
import { outboxOf } from "../store/keys.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import { createPlace, docOf, type OpenedCore, openCore } from "../testing/vaultPlace.ts";
import { smallCountMax } from "./tidyOutbox.ts";

const editCount = 2 * smallCountMax + 40;
const bigLength = 40_000;

/** In two documents in turn, and a large one among them. */
const typeMany = async (core: OpenedCore): Promise<void> => {
  for (let number = 0; number < editCount; number += 1)
    await core.type(number === 100 ? "x".repeat(bigLength) : `${number} `, docOf(number % 2));
};

const textsOf = async (core: OpenedCore): Promise<readonly string[]> => [
  await core.text(docOf(0)),
  await core.text(docOf(1)),
];

test("many edits that wait become few, and others get each of them", async () => {
  const place = createPlace(2);
  const [first, second] = place.devices;
  if (first === undefined || second === undefined) throw new Error("two devices");
  const writer = await openCore(place, first);
  await typeMany(writer);
  const rows = await readRange(
    openMemoryLocalStore(writer.disk),
    "outbox",
    outboxOf(place.vault.state.vault),
  );
  expect(rows.length).toBeLessThan(editCount - smallCountMax / 2);
  const texts = await textsOf(writer);
  await writer.core.connected([]);
  await writer.sealAll();
  const reader = await openCore(place, second);
  for (const run of writer.puts) await reader.core.envelopes([run], 1);
  expect(await textsOf(reader)).toEqual(texts);
  expect(texts.join("").length).toBeGreaterThan(bigLength);
  expect([...writer.failures, ...reader.failures]).toEqual([]);
});

test("what waits is the same after a start, however it was merged", async () => {
  const place = createPlace(1);
  const disk = createMemoryDisk();
  const [device] = place.devices;
  if (device === undefined) throw new Error("a device");
  const before = await openCore(place, device, { disk });
  await typeMany(before);
  const texts = await textsOf(before);
  const numbers = before.core.memory.waiting.map(({ number }) => number);
  const after = await openCore(place, device, { disk });
  expect(after.core.memory.waiting).toEqual(before.core.memory.waiting);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
  expect(await textsOf(after)).toEqual(texts);
  await after.core.connected([]);
  await after.sealAll();
  expect(after.core.memory.waiting).toEqual([]);
  expect(after.failures).toEqual([]);
});

test("one edit in each of many documents is not merged over and over", async () => {
  const place = createPlace(1);
  const [device] = place.devices;
  if (device === undefined) throw new Error("a device");
  const core = await openCore(place, device);
  for (let number = 0; number < smallCountMax + 20; number += 1) {
    const bytes = number.toString(16).padStart(32, "0");
    await core.type("once", bytes as ReturnType<typeof docOf>);
  }
  const numbers = core.core.memory.waiting.map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
});
