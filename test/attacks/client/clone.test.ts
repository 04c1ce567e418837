/** A20: a copied machine, or a restored one, that would go on with a chain that has gone on without it. */
import { envelopeIds } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { openOwnStations } from "./tools/rooms.ts";
import { envelopesOf, item } from "./tools/runs.ts";

/** The original writes on, then the copy of before is started. */
const cloned = async () => {
  const stations = await openOwnStations(2);
  const original = await stations.open(0);
  await original.type("base ");
  await original.sealAll();
  const copyDisk = { tables: original.disk.tables };
  await original.type("original ");
  await original.sealAll();
  const { chain } = original.core.memory.own;
  const mark = item(original.core.vector(), 0);
  return { ...stations, original, copyDisk, chain, mark };
};

describe("A20 a copy", () => {
  test("seals nothing while the relay has more of its chain than it made, and loses no edit", async () => {
    const { open, copyDisk, chain, mark, vault } = await cloned();
    const copy = await open(0, { disk: copyDisk });
    copy.core.disconnected();
    await copy.connect([mark]);
    await copy.type("copy ");
    await copy.sealAll();
    const sealed = envelopesOf(vault, copy.puts).filter(({ head }) => head.seq > 2);
    expect(sealed).toEqual([]);
    expect(copy.core.memory.own.chain).toBe(chain);
    expect(copy.pulls).toEqual([[]]);
    const again = await open(0, { disk: copy.disk });
    expect(await again.text()).toBe("base copy ");
  });

  test("goes on under another chain, and everybody ends with both", async () => {
    const { open, copyDisk, chain, mark, original } = await cloned();
    const copy = await open(0, { disk: copyDisk });
    copy.core.disconnected();
    await copy.connect([mark]);
    await copy.type("copy ");
    // From where it parts, what was sent beside it is asked for again.
    await copy.hear(...original.puts);
    expect(copy.pulls.length).toBe(2);
    await copy.hear(...original.puts);
    await copy.sealAll();
    expect(copy.chainsElsewhere).toEqual([chain]);
    expect(copy.alarmsSoFar).toContain("Cloned");
    const own = copy.core.memory.own.chain;
    expect(own).not.toBe(chain);
    const byChain = Map.groupBy(copy.puts, (run) => run.chain);
    const reader = await open(1);
    await reader.hear(...original.puts, ...(byChain.get(own) ?? []));
    await original.hear(...(byChain.get(own) ?? []));
    expect(await reader.text()).toBe(await copy.text());
    expect(await original.text()).toBe(await copy.text());
    expect(await reader.text()).toContain("original ");
    expect(await reader.text()).toContain("copy ");
    expect([copy, reader, original].flatMap(({ failures }) => failures)).toEqual([]);
  });

  test("never seals two envelopes for one place, whatever the relay says of its chain", async () => {
    const { open, copyDisk, chain, original, vault } = await cloned();
    const other = envelopeIds.fromBytes(new Uint8Array(32).fill(1));
    for (const seq of [1, 2, 3, 9]) {
      const copy = await open(0, { disk: { tables: copyDisk.tables } });
      copy.core.disconnected();
      await copy.connect([{ chain, seq, id: other }]);
      await copy.type("copy ");
      await copy.sealAll();
      const ours = new Map(
        envelopesOf(vault, original.puts).map(({ head }) => [head.seq, head.previous]),
      );
      const put = envelopesOf(vault, copy.puts).filter(({ head }) => head.chain === chain);
      expect(put.filter(({ head }) => head.previous !== ours.get(head.seq))).toEqual([]);
      expect(envelopesOf(vault, copy.puts).some(({ head }) => head.seq > 2)).toBe(false);
    }
  });
});
