/** A7, A9: a relay that shows an older state, or has lost what it signed for. */
import { describe, expect, test } from "vitest";
import { openOwnStations } from "./tools/rooms.ts";
import { item, splitRuns } from "./tools/runs.ts";

/** A device that has written, and has heard another; everything of its own is receipted. */
const settled = async () => {
  const stations = await openOwnStations(2);
  const other = await stations.open(1);
  await other.type("theirs ");
  await other.sealAll();
  const own = await stations.open(0);
  await own.hear(...other.puts);
  for (const word of ["one ", "two ", "three"]) {
    await own.type(word);
    await own.sealAll();
    await own.receipt(item(own.puts, -1));
  }
  const [, ...runs] = splitRuns(stations.vault, own.puts);
  return { ...stations, own, other, runs, vector: own.core.vector() };
};

const seqsOf = (puts: Awaited<ReturnType<typeof settled>>["own"]["puts"]) =>
  puts.flatMap(({ chain, firstSeq, envelopes }) =>
    envelopes.map((_, at) => `${chain} ${firstSeq + at}`),
  );

describe("A7 last week's database", () => {
  test("is told as a rollback, and gets back what it lost of every chain", async () => {
    const { own, other, vector } = await settled();
    await own.connect(vector);
    own.core.disconnected();
    const before = own.puts.length;
    // Of ours only the beginning is there, and nothing of the other's.
    const ownMark = item(own.core.vector(), 0).chain;
    expect(ownMark).not.toBe(undefined);
    const chain = own.core.memory.own.chain;
    const opening = item(splitRuns(item([own.core.vault], 0), own.puts), 1);
    await own.connect([{ chain, seq: 1, id: opening.previous }]);
    expect(own.alarms).toContain("Rollback");
    const lost = seqsOf(own.puts.slice(before));
    const whole = new Set(seqsOf([...own.puts.slice(0, before), ...other.puts]));
    expect(new Set(lost)).toEqual(new Set([...whole].filter((one) => one !== `${chain} 1`)));
    expect(await own.text()).toBe("theirs one two three");
  });

  test("of a relay that has nothing any more is filled again, also after a restart", async () => {
    const { own, other, open } = await settled();
    const again = await open(0, { disk: own.disk });
    expect(new Set(seqsOf(again.puts))).toEqual(new Set(seqsOf([...own.puts, ...other.puts])));
  });
});

describe("A9 a receipt", () => {
  test("is kept, and shown where the relay has lost what it signed for, which is sent again", async () => {
    const { own, vector } = await settled();
    await own.connect(vector);
    own.core.disconnected();
    const { chain } = own.core.memory.own;
    const opening = item(splitRuns(own.core.vault, own.puts), 1);
    await own.connect([{ chain, seq: 1, id: opening.previous }]);
    expect(own.alarms).toContain("ReceiptLost");
    expect(own.core.watch.state.receipts.length).toBe(3);
  });

  test("that another key has signed is none: what it speaks of is sent again", async () => {
    const { open } = await openOwnStations(1);
    const own = await open(0);
    await own.type("one");
    await own.sealAll();
    await own.receipt(item(own.puts, -1), { isForged: true });
    const { chain } = own.core.memory.own;
    expect(own.core.memory.chains.get(chain)?.receipted).toBe(0);
    expect(own.relayFaults).toEqual(["ReceiptBroken"]);
    await own.receipt(item(own.puts, -1));
    expect(own.core.memory.chains.get(chain)?.receipted).toBe(2);
  });
});
