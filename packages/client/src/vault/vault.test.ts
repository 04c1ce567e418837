/** What counts is the same in whatever order it comes, and what is confirmed outlives a crash. */
import { cutRecord, plainVaultRecord } from "@duro/crypto";
import { createDeviceKeys, sealEnvelope } from "@duro/crypto";
import { withRotation } from "@duro/crypto/testing/people";
import { assert, EnvelopeKind, incarnations, noEnvelope, ok } from "@duro/crypto/types";
import { chainIdOf } from "@duro/crypto/verify";
import {
  encodeBody,
  encodeDataContent,
  envelopesToRun,
  limits,
  OpenReason,
  type Run,
  runToEnvelopes,
} from "@duro/protocol";
import { envelopeIdOf } from "@duro/crypto/verify";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LocalStore } from "../ports/localStore.ts";
import { createMemoryDisk, openMemoryLocalStore } from "../testing/memoryLocalStore.ts";
import {
  createPlace,
  deps,
  docOf,
  type OpenedCore,
  openCore,
  type Place,
  viewOf,
  withRecord,
} from "../testing/vaultPlace.ts";

const give = async (to: OpenedCore, runs: readonly Run[]): Promise<void> => {
  for (const run of runs) await to.core.envelopes([run], 1);
};

/** One envelope each. */
const splitRuns = (place: Place, runs: readonly Run[]): readonly Run[] =>
  runs.flatMap((run) =>
    runToEnvelopes(place.vault.state.vault, run, envelopeIdOf).map((envelope) =>
      envelopesToRun([envelope]),
    ),
  );

/** Three devices that have heard of each other's edits in between. */
const written = async () => {
  const place = createPlace(4);
  const cores = await Promise.all(
    place.devices.slice(0, 3).map((device) => openCore(place, device)),
  );
  const [a, b, c] = cores;
  assert(a !== undefined && b !== undefined && c !== undefined, "three devices");
  for (const core of cores) await core.core.connected([]);
  await a.type("a1 ");
  await a.sealAll();
  await give(b, a.puts);
  await b.type("b1 ");
  await b.sealAll();
  await a.type("a2 ");
  await a.sealAll();
  await give(c, [...a.puts, ...b.puts]);
  await c.type("c1 ");
  await c.type("other", docOf(2));
  await c.sealAll();
  await give(a, [...b.puts, ...c.puts]);
  await a.type("a3");
  await a.sealAll();
  return { place, a, b, c, runs: splitRuns(place, [...a.puts, ...b.puts, ...c.puts]) };
};

describe("what counts", () => {
  test("[COUNT5] is the same in any order in which chains arrive", async () => {
    const { place, a, runs } = await written();
    const [reader] = place.devices.slice(3);
    assert(reader !== undefined, "a fourth device");
    const expected = await a.text();
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...runs], { minLength: runs.length }),
        async (order) => {
          const opened = await openCore(place, reader);
          // As often as it takes for every gap to be filled.
          for (let round = 0; round < runs.length; round += 1) await give(opened, order);
          expect(await opened.text()).toBe(expected);
          expect(await opened.text(docOf(2))).toBe("other");
          expect(opened.core.memory.holds.size).toBe(0);
          expect(opened.failures).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("an edit waits until what it refers to is there, and says for what", async () => {
    const { place, a, b, c } = await written();
    const [reader] = place.devices.slice(3);
    assert(reader !== undefined, "a fourth device");
    const opened = await openCore(place, reader);
    await give(opened, c.puts);
    expect([...opened.core.memory.holds.values()].map(({ why }) => why)).toEqual([
      "what it refers to",
    ]);
    expect(await opened.text()).toBe("");
    await give(opened, b.puts);
    await give(opened, a.puts);
    expect(opened.core.memory.holds.size).toBe(0);
    expect(await opened.text()).toBe(await a.text());
  });

  test("what comes faster than it counts is dealt with half a window at a time, so that the rest is under way", async () => {
    const place = createPlace(2);
    const [device, other] = place.devices;
    assert(device !== undefined && other !== undefined, "two devices");
    const [from, to] = [await openCore(place, device), await openCore(place, other)];
    await from.core.connected([]);
    for (const word of ["a ", "b ", "c ", "d ", "e "]) {
      await from.type(word);
      await from.sealAll();
    }
    const runs = splitRuns(place, from.puts);
    const quarter = limits.creditWindowByteLength / 4;
    await Promise.all(runs.map((run) => to.core.envelopes([run], quarter)));
    const [first, ...rest] = to.taken.filter((byteLength) => byteLength > 0);
    expect(first).toBe(2 * quarter);
    expect(rest.reduce((sum, byteLength) => sum + byteLength, first ?? 0)).toBe(
      runs.length * quarter,
    );
    expect(await to.text()).toBe("a b c d e ");
  });

  test("[COUNT6] a gap is asked for and never skipped", async () => {
    const { place, a } = await written();
    const [reader] = place.devices.slice(3);
    assert(reader !== undefined, "a fourth device");
    const opened = await openCore(place, reader);
    const [first, , third] = splitRuns(place, a.puts);
    assert(first !== undefined && third !== undefined, "three envelopes");
    await give(opened, [first, third]);
    expect(opened.pulls).toBe(1);
    expect(opened.core.vector().map(({ seq }) => seq)).toEqual([1]);
  });

  test.each([
    { when: "before", isKnownFirst: true },
    { when: "behind", isKnownFirst: false },
  ])(
    "past a cut nothing counts, where the cut comes $when the envelopes",
    async ({ isKnownFirst }) => {
      const { place, a, b, c } = await written();
      const [, second] = place.devices;
      const [reader] = place.devices.slice(3);
      assert(second !== undefined && reader !== undefined, "four devices");
      const own = b.core.memory.own;
      const mark = b.core.vector().find(({ chain }) => chain === own.chain);
      assert(mark !== undefined, "the second device has written");
      // Everything but the opening is cut away.
      const [opening] = splitRuns(place, b.puts);
      assert(opening !== undefined, "it has opened a chain");
      const [openEnvelope] = runToEnvelopes(place.vault.state.vault, opening, envelopeIdOf);
      assert(openEnvelope !== undefined, "a run has an envelope");
      const author = { device: place.person.device, identity: place.person.state };
      const cut = cutRecord(place.vault.state, author, "cutDevice", {
        identity: place.person.state,
        cuts: [
          {
            device: second.id,
            chains: [{ incarnation: own.incarnation, seq: 1, id: envelopeIdOf(openEnvelope.head) }],
          },
        ],
      });
      const view = viewOf(withRecord(place, cut));
      const opened = await openCore(place, reader, isKnownFirst ? { view } : {});
      await give(opened, [...a.puts, ...b.puts, ...c.puts]);
      expect((await opened.text()).includes("b1")).toBe(!isKnownFirst);
      await opened.core.viewChanged(view);
      const text = await opened.text();
      expect(text).not.toContain("b1");
      expect(text).toContain("a1");
      // A relay that lacks it all is given back what counts, and nothing that it would refuse.
      await opened.core.connected([]);
      const given = opened.puts.filter(({ chain }) => chain === own.chain);
      expect(given.map((run) => [run.firstSeq, run.envelopes.length])).toEqual([[1, 1]]);
      expect(opened.failures).toEqual([]);
    },
  );

  test("[COUNT7] our edits that built on what was cut away are written again, and others have them too", async () => {
    const { place, a, b, c } = await written();
    const [, second] = place.devices;
    const [reader] = place.devices.slice(3);
    assert(second !== undefined && reader !== undefined, "four devices");
    const author = { device: place.person.device, identity: place.person.state };
    const cut = cutRecord(place.vault.state, author, "cutDevice", {
      identity: place.person.state,
      cuts: [{ device: second.id, chains: [] }],
    });
    const cutPlace = withRecord(place, cut);
    // Whoever was cut has the key, so nothing is sealed before there is another.
    const vault = withRotation(deps, cutPlace.vault, place.person, [place.person]);
    const rotated = { ...cutPlace, vault };
    await give(c, a.puts);
    await c.core.viewChanged(viewOf(cutPlace));
    await c.core.viewChanged(viewOf(rotated));
    await c.core.connected([]);
    await c.sealAll();
    expect(await c.text()).toContain("c1");
    expect(await c.text()).not.toContain("b1");
    const opened = await openCore(rotated, reader);
    for (let round = 0; round < 4; round += 1)
      await give(opened, [...c.puts, ...a.puts, ...b.puts]);
    expect(await opened.text()).toContain("c1");
    expect(await opened.text()).not.toContain("b1");
    expect(await opened.text(docOf(2))).toBe("other");
    expect([...c.failures, ...opened.failures]).toEqual([]);
  });
});

describe("a hostile envelope, validly sealed", () => {
  const hostile = (place: Place, update: Uint8Array): readonly Run[] => {
    const device = place.devices[1] ?? createDeviceKeys(deps);
    const incarnation = incarnations.fromBytes(new Uint8Array(16).fill(7));
    const chain = chainIdOf(device.signKey, incarnation);
    const keys = { vaultKey: place.vault.key, signSecret: device.signSecret };
    const fields = {
      flags: 0,
      vault: place.vault.state.vault,
      chain,
      epoch: place.vault.key.epoch,
      logHead: place.vault.state.head.id,
    };
    const clear = { user: place.person.state.user, device: device.id, incarnation };
    const opening = sealEnvelope(
      deps,
      keys,
      { ...fields, kind: EnvelopeKind.Open, seq: 1, previous: noEnvelope },
      encodeBody({
        type: "Open",
        clear,
        plaintext: { predecessor: undefined, reason: OpenReason.First, note: "" },
      }),
    );
    const data = sealEnvelope(
      deps,
      keys,
      { ...fields, kind: EnvelopeKind.Data, seq: 2, previous: opening.id },
      encodeBody({
        type: "Data",
        plaintext: {
          isDeflated: false,
          content: encodeDataContent({ updates: [{ doc: docOf(1), update }], seen: [] }),
        },
      }),
    );
    return [envelopesToRun([opening, data])];
  };

  test("[COUNT6] is void, its chain counts up to the one before, and others go on", async () => {
    const place = createPlace(3);
    const [first, , third] = place.devices;
    assert(first !== undefined && third !== undefined, "three devices");
    const opened = await openCore(place, third);
    // A struct of a clientID that its chain does not give.
    await give(opened, hostile(place, Uint8Array.of(1, 1, 5, 0, 4, 1, 1, 116, 1, 120, 0)));
    const [row] = [...opened.core.memory.chains.values()];
    expect(row).toMatchObject({ counted: 1, voidAt: 2 });
    const writer = await openCore(place, first);
    await writer.core.connected([]);
    await writer.type("fine");
    await writer.sealAll();
    await give(opened, writer.puts);
    expect(await opened.text()).toBe("fine");
  });
});

describe("a copied device", () => {
  test("[COUNT7] that has sealed what its copy has not carries it over, wherever the copy's branch is shown from", async () => {
    for (const fromSeq of [1, 3, 4]) {
      const place = createPlace(2);
      const [first, second] = place.devices;
      assert(first !== undefined && second !== undefined, "two devices");
      const original = await openCore(place, first);
      await original.core.connected([]);
      await original.type("both ");
      await original.sealAll();
      const copy = await openCore(place, first, { disk: { tables: original.disk.tables } });
      await copy.core.connected([]);
      for (const word of ["copy1 ", "copy2 "]) {
        await copy.type(word);
        await copy.sealAll();
      }
      await original.type("original ");
      await original.sealAll();
      await original.type("unsealed ");
      const relay = splitRuns(place, [...original.puts.slice(0, 1), ...copy.puts]);
      await original.core.connected(copy.core.vector());
      await give(
        original,
        relay.filter(({ firstSeq }) => firstSeq >= fromSeq),
      );
      expect(original.pulls).toBeGreaterThan(0);
      // Once to find out, once because it asks again for what came with that.
      for (let round = 0; round < 2; round += 1) await give(original, relay);
      await original.sealAll();
      const text = await original.text();
      expect(text.split(" ").toSorted()).toEqual(
        ["", "both", "copy1", "copy2", "original", "unsealed"].toSorted(),
      );
      const reader = await openCore(place, second);
      for (let round = 0; round < 3; round += 1) await give(reader, [...relay, ...original.puts]);
      expect(await reader.text()).toBe(text);
      expect([...original.failures, ...reader.failures]).toEqual([]);
    }
  });
});

describe("a chain of which two branches are shown", () => {
  test("is asked for from its beginning, where they part before what is here, and proves it", async () => {
    const place = createPlace(2);
    const [first, second] = place.devices;
    assert(first !== undefined && second !== undefined, "two devices");
    const one = await openCore(place, first);
    await one.core.connected([]);
    await one.type("both ");
    await one.sealAll();
    const other = await openCore(place, first, { disk: { tables: one.disk.tables } });
    await other.core.connected([]);
    await one.type("one ");
    await one.sealAll();
    for (const word of ["other ", "and more "]) {
      await other.type(word);
      await other.sealAll();
    }
    const reader = await openCore(place, second);
    await give(reader, one.puts);
    const branch = splitRuns(place, other.puts);
    await give(
      reader,
      branch.filter(({ firstSeq }) => firstSeq === 4),
    );
    expect([reader.pulls, reader.refusals]).toEqual([1, []]);
    await give(reader, branch);
    expect(reader.refusals).toContain("equivocation");
    expect(await reader.text()).toBe("both one ");
  });

  test("[COUNT7] ends before both for everybody, and its device goes on under another with what it had", async () => {
    const place = createPlace(2);
    const [first, second] = place.devices;
    assert(first !== undefined && second !== undefined, "two devices");
    const original = await openCore(place, first);
    await original.core.connected([]);
    await original.type("both ");
    await original.sealAll();
    const copy = await openCore(place, first, { disk: { tables: original.disk.tables } });
    await copy.type("copy ");
    await copy.sealAll();
    await original.type("original ");
    await original.sealAll();
    const headAt = (core: OpenedCore) => {
      const runs = splitRuns(place, core.core.memory.chains.size > 0 ? core.puts : []);
      const newest = runs.findLast(({ firstSeq }) => firstSeq === 3);
      assert(newest !== undefined, "it has sealed a third");
      const [envelope] = runToEnvelopes(place.vault.state.vault, newest, envelopeIdOf);
      assert(envelope !== undefined, "a run has an envelope");
      return { head: envelope.head, signature: envelope.signature };
    };
    await copy.core.connected([]);
    const { incarnation } = original.core.memory.own;
    const proof = plainVaultRecord(
      place.vault.state,
      { device: second, identity: place.person.state },
      {
        type: "equivocation",
        user: place.person.state.user,
        device: first.id,
        incarnation,
        heads: [headAt(original), headAt(copy)],
      },
      [place.person.state],
    );
    const proved = withRecord(place, proof);
    const former = original.core.memory.own.chain;
    await original.core.viewChanged(viewOf(proved));
    expect(original.core.memory.own.chain).not.toBe(former);
    expect(await original.text()).toBe("both original ");
    await original.sealAll();
    const reader = await openCore(proved, second);
    for (let round = 0; round < 3; round += 1) await give(reader, original.puts);
    expect(await reader.text()).toBe("both original ");
    expect([...original.failures, ...reader.failures]).toEqual([]);
  });
});

/** Fails at the n-th commit as a crash would: that one is kept or not, and nothing follows. */
const crashingStore = (
  store: LocalStore,
  crashAt: number,
  isKept: boolean,
): LocalStore & { readonly commits: () => number } => {
  let count = 0;
  return {
    ...store,
    commits: () => count,
    commit: async (writes) => {
      count += 1;
      if (count < crashAt) return store.commit(writes);
      if (count === crashAt && isKept) await store.commit(writes);
      // Nobody hears of it any more.
      return new Promise(() => {});
    },
  };
};

describe("a crash", () => {
  test.each([true, false])(
    "at any commit loses no confirmed edit, where that commit was kept: %s",
    async (isKept) => {
      const place = createPlace(2);
      const [first, second] = place.devices;
      assert(first !== undefined && second !== undefined, "two devices");
      const other = await openCore(place, second);
      await other.core.connected([]);
      await other.type("from the other ");
      await other.sealAll();
      for (let crashAt = 1; crashAt < 14; crashAt += 1) {
        const disk = createMemoryDisk();
        const confirmed: string[] = [];
        const life = async (): Promise<void> => {
          const store = crashingStore(openMemoryLocalStore(disk), crashAt, isKept);
          const opened = await openCore(place, first, { disk, store });
          await opened.core.connected([]);
          for (const word of ["one ", "two ", "three "]) {
            await opened.type(word);
            confirmed.push(word);
            await opened.sealAll();
            await give(opened, other.puts);
          }
        };
        await Promise.race([life(), new Promise((resolve) => setTimeout(resolve, 60))]);
        const again = await openCore(place, first, { disk });
        await again.core.connected([]);
        await again.sealAll();
        const text = await again.text();
        for (const word of confirmed) expect(text).toContain(word);
        await give(other, again.puts);
        for (const word of confirmed) expect(await other.text()).toContain(word);
        expect(again.failures).toEqual([]);
      }
    },
  );

  test("of a machine whose store may forget begins another chain, so that no clock runs twice", async () => {
    const place = createPlace(2);
    const [first, second] = place.devices;
    assert(first !== undefined && second !== undefined, "two devices");
    const disk = createMemoryDisk();
    const storeOf = () => ({ ...openMemoryLocalStore(disk), mayForget: true });
    const before = await openCore(place, first, { store: storeOf() });
    await before.core.connected([]);
    await before.type("kept ");
    const { tables } = disk;
    await before.type("sent and forgotten ");
    await before.sealAll();
    disk.tables = tables;
    const after = await openCore(place, first, { store: storeOf() });
    await after.core.connected([]);
    expect(await after.text()).toBe("kept ");
    await after.type("new");
    await after.sealAll();
    const reader = await openCore(place, second);
    for (let round = 0; round < 2; round += 1) await give(reader, [...before.puts, ...after.puts]);
    for (const word of ["kept", "sent and forgotten", "new"])
      expect(await reader.text()).toContain(word);
    expect(after.core.memory.own.chain).not.toBe(before.core.memory.own.chain);
    await after.core.close();
    const again = await openCore(place, first, { store: storeOf() });
    expect(again.core.memory.own.chain).toBe(after.core.memory.own.chain);
    expect([...after.failures, ...reader.failures, ...again.failures]).toEqual([]);
  });

  test("an edit that could never be sealed is taken back alone, and later ones go on", async () => {
    const place = createPlace(2);
    const [first, second] = place.devices;
    assert(first !== undefined && second !== undefined, "two devices");
    const disk = createMemoryDisk();
    const opened = await openCore(place, first, { disk });
    await opened.core.connected([]);
    await opened.type("kept ");
    const live = await opened.core.hold(docOf(1));
    let replacedCount = 0;
    live.onReplaced(() => (replacedCount += 1));
    const former = live.ydoc;
    former.getText("t").insert(5, "before ");
    former.getMap("m").set("large", new Uint8Array(limits.dataContentByteLengthMax));
    former.getText("t").insert(0, "behind ");
    await opened.type("elsewhere", docOf(2));
    expect(opened.core.takenBack(docOf(1))).toMatchObject({ count: 1, last: { why: "too large" } });
    expect(opened.core.takenBack(docOf(2))).toBe(undefined);
    expect([replacedCount, live.ydoc === former]).toEqual([1, false]);
    expect([await opened.text(), live.ydoc.getMap("m").size]).toEqual(["kept before ", 0]);
    await opened.type("and after");
    await opened.sealAll();
    const reader = await openCore(place, second);
    await give(reader, opened.puts);
    expect([await reader.text(), await reader.text(docOf(2))]).toEqual([
      "kept before and after",
      "elsewhere",
    ]);
    expect(await (await openCore(place, first, { disk })).text()).toBe("kept before and after");
    expect([...opened.failures, ...reader.failures]).toEqual([]);
  });

  test("a full disk refuses by name, and takes the edits when there is room", async () => {
    const place = createPlace(1);
    const [first] = place.devices;
    assert(first !== undefined, "a device");
    const disk = createMemoryDisk();
    let isFull = false;
    const store = openMemoryLocalStore(disk, {
      refuse: () => (isFull ? { type: "StoreFull" } : undefined),
    });
    const opened = await openCore(place, first, { disk, store });
    const live = await opened.core.hold(docOf(1));
    isFull = true;
    live.ydoc.getText("t").insert(0, "kept");
    expect(await opened.core.saved()).toEqual({ ok: false, error: { type: "StoreFull" } });
    opened.core.release(docOf(1));
    expect(await opened.text()).toBe("kept");
    isFull = false;
    expect(await opened.core.saved()).toEqual(ok(undefined));
    const again = await openCore(place, first, { disk });
    expect(await again.text()).toBe("kept");
  });
});

describe("a chain that the relay has lost the end of, and the records that it was sealed under", () => {
  /** The relay had all of it, and signed for that. */
  const lost = async () => {
    const place = createPlace(1);
    const [device] = place.devices;
    assert(device !== undefined, "there is one");
    const opened = await openCore(place, device);
    const { core } = opened;
    await core.connected([]);
    await opened.type("one ");
    await opened.sealAll();
    await opened.type("two");
    await opened.sealAll();
    const { chain } = core.memory.own;
    const row = core.memory.chains.get(chain);
    assert(row !== undefined, "it has sealed");
    core.memory.chains.set(chain, { ...row, receipted: row.head.at });
    core.disconnected();
    const [mark] = envelopesToMarks(place, opened.puts);
    assert(mark !== undefined, "it has put");
    await core.connected([{ chain, ...mark }]);
    const refuse = (): void => {
      const facts = { chain, seq: `${mark.seq + 1}` };
      core.putRefused(chain, { name: "LogHeadUnknown", number: 40, facts });
    };
    const putCount = opened.puts.length;
    refuse();
    await core.idle();
    const again = () => opened.puts.slice(putCount).map(({ firstSeq }) => firstSeq);
    expect(again()).toEqual([]);
    return { opened, refuse, again, nextSeq: mark.seq + 1 };
  };

  const envelopesToMarks = (place: Place, runs: readonly Run[]) =>
    runs
      .flatMap((run) => runToEnvelopes(place.vault.state.vault, run, envelopeIdOf))
      .map(({ head }) => ({ seq: head.seq, id: envelopeIdOf(head) }));

  test("is put again as soon as the relay has more of the log, from where the relay stands", async () => {
    const { opened, again, nextSeq } = await lost();
    opened.core.logGrewThere();
    await opened.core.idle();
    expect(again()).toEqual([nextSeq]);
    opened.core.logGrewThere();
    await opened.core.idle();
    expect(again()).toEqual([nextSeq]);
  });

  test("is put again after a while where nobody says so, and ever less often", async () => {
    const { opened, refuse, again } = await lost();
    const counts: number[] = [];
    for (let second = 0; second < 8; second += 1) {
      opened.clock.pass(1_000);
      await opened.core.idle();
      if (again().length > (counts.at(-1) ?? 0)) refuse();
      await opened.core.idle();
      counts.push(again().length);
    }
    expect(counts).toEqual([1, 1, 2, 2, 2, 2, 3, 3]);
  });
});
