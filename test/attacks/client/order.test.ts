/** A3, A4, A6: what was written, handed out twice, with a hole, or in another order. */
import { envelopesToRun, type Run, type VaultId } from "@duro/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAuthor } from "./tools/author.ts";
import { openOwnStations } from "./tools/rooms.ts";
import { item, splitRuns } from "./tools/runs.ts";
import { docOf, type Station } from "./tools/station.ts";

/** Two devices that take turns, each having heard the other; two documents. */
const conversation = async () => {
  const stations = await openOwnStations(3);
  const a = await stations.open(0);
  const b = await stations.open(1);
  for (const word of ["one ", "two ", "three "])
    for (const [writer, other] of [
      [a, b],
      [b, a],
    ] as const) {
      await writer.type(word);
      await writer.type(word, docOf(2));
      await writer.sealAll();
      await other.hear(...splitRuns(stations.vault, writer.puts));
    }
  const runs = splitRuns(stations.vault, [...a.puts, ...b.puts]);
  return { ...stations, a, b, runs };
};

const expectSame = async (reader: Station, writer: Station): Promise<void> => {
  for (const doc of [docOf(1), docOf(2)])
    expect(await reader.text(doc)).toBe(await writer.text(doc));
  expect(reader.counted).toEqual(writer.counted);
  expect(reader.failures).toEqual([]);
};

describe("A3 an old envelope", () => {
  test("handed out again, also after a restart, writes nothing and is no reason for an alarm", async () => {
    const { a, runs, open } = await conversation();
    const reader = await open(2);
    await reader.hear(...runs, ...runs);
    const again = await open(2, { disk: reader.disk });
    await again.connect(again.core.vector());
    const before = { content: again.content, counted: again.counted };
    await again.hear(...runs, ...runs.toReversed());
    expect(again.counted).toEqual(before.counted);
    expect(again.content.every((rows, at) => rows === before.content[at])).toBe(true);
    expect([...again.refused, ...again.alarms]).toEqual([]);
    await expectSame(again, a);
  });

  test("changed where it is repeated is no part of its chain, and nothing of it is kept", async () => {
    const { a, vault, open } = await conversation();
    const reader = await open(2);
    const [opening, first, second] = splitRuns(vault, a.puts);
    await reader.hear(item(a.puts, 0));
    const { content } = reader;
    const forged = { ...item([first], 0), envelopes: item([second], 0)?.envelopes ?? [] } as Run;
    await reader.hear(forged);
    expect(reader.refused.map(({ taken }) => taken)).toEqual([
      { kind: "refused", why: "BadSignature" },
    ]);
    expect(reader.content.every((rows, at) => rows === content[at])).toBe(true);
    expect(opening?.chain).toBe(forged.chain);
  });
});

describe("A4 a hole in a chain", () => {
  test("is asked for, wherever it is, and nothing behind it counts until it is filled", async () => {
    const { room, vault, open } = await openOwnStations(2);
    const author = createAuthor(room, room.person.state.user, item(room.devices, 0));
    author.open();
    for (const word of ["a", "b", "c", "d"]) author.type(word);
    const runs = splitRuns(vault, [envelopesToRun(author.written)]);
    for (let hole = 0; hole < runs.length - 1; hole += 1) {
      const reader = await open(1);
      await reader.hear(...runs.toSpliced(hole, 1));
      expect(await reader.text()).toBe("abcd".slice(0, Math.max(0, hole - 1)));
      expect(reader.core.vector().map(({ seq }) => seq)).toEqual(hole === 0 ? [] : [hole]);
      // Each that came behind it was a reason to ask from where we are.
      expect(reader.pulls.length).toBe(runs.length - 1 - hole);
      await reader.hear(...runs.slice(hole));
      expect(await reader.text()).toBe("abcd");
    }
  });
});

const shuffledRuns = (runs: readonly Run[]): fc.Arbitrary<readonly Run[]> =>
  fc.shuffledSubarray([...runs], { minLength: runs.length });

/** Chains in any order, each in its own. */
const shuffledChains = (vault: VaultId, runs: readonly Run[]): fc.Arbitrary<readonly Run[]> =>
  shuffledRuns(splitRuns(vault, runs)).map((order) => {
    const left = new Map<string, Run[]>();
    for (const run of splitRuns(vault, runs))
      left.set(run.chain, [...(left.get(run.chain) ?? []), run]);
    return order.flatMap(({ chain }) => left.get(chain)?.shift() ?? []);
  });

describe("A6 another order", () => {
  test("of envelopes, across chains and within, ends in the same documents", async () => {
    const { a, runs, open } = await conversation();
    await fc.assert(
      fc.asyncProperty(shuffledRuns(runs), async (order) => {
        const reader = await open(2);
        for (let round = 0; round < runs.length; round += 1) await reader.hear(...order);
        await expectSame(reader, a);
        expect([...reader.core.memory.holds]).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  test("of chains never shows an edit before what it refers to", async () => {
    const { a, runs, vault, open } = await conversation();
    const whole = await a.text();
    await fc.assert(
      fc.asyncProperty(shuffledChains(vault, runs), async (order) => {
        const reader = await open(2);
        for (const run of order) {
          await reader.hear(run);
          expect(whole.startsWith(await reader.text())).toBe(true);
        }
        await expectSame(reader, a);
      }),
      { numRuns: 10 },
    );
  });
});
