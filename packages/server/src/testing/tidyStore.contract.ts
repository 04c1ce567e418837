/** What every adapter of TidyStore promises. */
import { EnvelopeKind } from "@duro/crypto/types";
import { type EnvelopeId, vaultIds } from "@duro/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BodyChanges, StillVault } from "../ports/tidyStore.ts";
import { blobSample } from "./blobSamples.ts";
import { createTidyWorld, dayMs, type TidyStores, type TidyWorld } from "./tidyWorld.ts";
import type { TidyWriter } from "./tidyWriter.ts";

const noChanges: BodyChanges = { trash: [], restore: [], remove: [] };

export const tidyStoreContract = (adapter: string, open: () => Promise<TidyStores>): void => {
  describe(`TidyStore contract, ${adapter}`, () => {
    let stores: TidyStores;
    let world: TidyWorld;
    let alice: TidyWriter;
    let bob: TidyWriter;

    /** Positions 1 to 8: Alice's OPEN and three DATA, then Bob's. */
    beforeEach(async () => {
      stores = await open();
      world = await createTidyWorld(stores);
      alice = await world.openChain(world.people.alice);
      await alice.data(3);
      bob = await world.openChain(world.people.bob);
      await bob.data(3);
    });
    afterEach(() => stores.close());

    const held = async <T>(work: (still: StillVault) => Promise<T>): Promise<T> => {
      const outcome = await stores.tidyStore.hold(world.vaultId, async (still) => ({
        value: await work(still),
      }));
      if (outcome === undefined) throw new RangeError("the vault is there");
      return outcome.value;
    };
    const change = (changes: Partial<BodyChanges>, nowMs = world.nowMs) =>
      held((still) => still.change({ ...noChanges, ...changes }, nowMs));
    const places = () => held((still) => still.bodies(0, 100));

    describe("a vault that is held", () => {
      test("says how far it is, and what the last look left behind", async () => {
        const found = await held(async ({ vault, position, logHead, tidied }) => ({
          vault,
          position,
          logHead,
          tidied,
        }));
        expect(found).toEqual({
          vault: world.vaultId,
          position: 8,
          logHead: world.vault.state.head,
          tidied: { position: 0, logIndex: 0, plan: undefined, dueAtMs: undefined },
        });
      });

      test("has the chains that were written, with what their OPEN says", async () => {
        const chains = await held((still) => still.chains());
        const stored = await Promise.all(
          [alice, bob].map(({ chain }) => stores.chainStore.chain({ vault: world.vaultId, chain })),
        );
        const byChain = (a: { chain: string } | undefined, b: { chain: string } | undefined) =>
          (a?.chain ?? "") < (b?.chain ?? "") ? -1 : 1;
        expect(chains.toSorted(byChain)).toEqual(stored.toSorted(byChain));
      });

      test("that is not there is not held", async () => {
        const other = vaultIds.fromBytes(new Uint8Array(16).fill(1));
        expect(await stores.tidyStore.hold(other, async () => 1)).toBeUndefined();
      });

      test("names bodies by their places, a page at a time", async () => {
        const [first] = await places();
        expect(first).toEqual({
          position: 1,
          chain: alice.chain,
          seq: 1,
          kind: EnvelopeKind.Open,
          byteLength: alice.envelopes[0]?.body?.length,
          trashedAtMs: undefined,
        });
        const page = await held((still) => still.bodies(2, 4));
        expect(page.map(({ position }) => position)).toEqual([3, 4, 5, 6]);
        expect(page.map(({ seq }) => seq)).toEqual([3, 4, 1, 2]);
        expect(await held((still) => still.bodies(8, 4))).toEqual([]);
      });

      test("tells the id of what is stored at a place, and nothing of a place without one", async () => {
        const asked = [
          { chain: alice.chain, seq: 2 },
          { chain: bob.chain, seq: 4 },
          { chain: bob.chain, seq: 5 },
        ];
        const marks = await held((still) => still.marksAt(asked));
        expect(marks.toSorted((a, b) => a.seq - b.seq)).toEqual([alice.markAt(2), bob.markAt(4)]);
      });

      test("gives the beginnings of bodies, in the trash or not", async () => {
        await change({ trash: [2] });
        const [, second, third] = alice.envelopes.map(({ body }) => body ?? new Uint8Array());
        const starts = (...positions: readonly number[]) =>
          held((still) => still.bodyStarts(positions, 10));
        expect(await starts(2, 3, 9)).toEqual(
          new Map([
            [2, second?.slice(0, 10)],
            [3, third?.slice(0, 10)],
          ]),
        );
        expect(await held((still) => still.bodyStarts([2], 1_000_000))).toEqual(
          new Map([[2, second]]),
        );
        expect(await starts()).toEqual(new Map());
        await change({ remove: [2] });
        expect(await starts(2)).toEqual(new Map());
      });
    });

    describe("the trash", () => {
      const readSeqs = () => world.bodiesOf(alice);

      test("hides bodies from readers, and gives them back as they were", async () => {
        await change({ trash: [2, 3] });
        expect(await readSeqs()).toEqual([1, 4]);
        const trashed = (await places()).filter(({ trashedAtMs }) => trashedAtMs !== undefined);
        expect(trashed.map(({ position, trashedAtMs }) => [position, trashedAtMs])).toEqual([
          [2, world.nowMs],
          [3, world.nowMs],
        ]);
        await change({ restore: [2] });
        expect(await readSeqs()).toEqual([1, 2, 4]);
        const name = { vault: world.vaultId, chain: alice.chain };
        const [again] = await stores.chainStore.range(name, 2, 1, true);
        expect(new Uint8Array(again?.body ?? [])).toEqual(alice.envelopes[1]?.body);
      });

      test("knows what was put there first", async () => {
        expect(await held((still) => still.oldestTrashedAtMs())).toBeUndefined();
        await change({ trash: [2] }, 500);
        await change({ trash: [3] }, 400);
        expect(await held((still) => still.oldestTrashedAtMs())).toBe(400);
        await change({ restore: [3] });
        expect(await held((still) => still.oldestTrashedAtMs())).toBe(500);
        await change({ remove: [2] });
        expect(await held((still) => still.oldestTrashedAtMs())).toBeUndefined();
      });

      test("gives bytes back when a body is removed, and no sooner", async () => {
        const before = await world.usedByteLength();
        expect(await change({ trash: [2, 3] })).toBe(0);
        expect(await world.usedByteLength()).toBe(before);
        const byteLength = alice.envelopes[1]?.body?.length ?? 0;
        expect(byteLength).toBeGreaterThan(0);
        expect(await change({ remove: [2] })).toBe(byteLength);
        expect(await world.usedByteLength()).toBe(before - byteLength);
        expect(await change({ remove: [2] })).toBe(0);
        expect((await places()).map(({ position }) => position)).toEqual([1, 3, 4, 5, 6, 7, 8]);
      });

      test("keeps a body that is sent again while it is there once", async () => {
        const before = await world.usedByteLength();
        await change({ trash: [2] });
        const body = alice.envelopes[1]?.body ?? new Uint8Array();
        await stores.chainStore.fillBodies(world.vaultId, [{ position: 2, body }]);
        await held(async () => undefined);
        expect(await world.usedByteLength()).toBe(before);
        await change({ restore: [2] });
        expect(await readSeqs()).toEqual([1, 2, 3, 4]);
        expect(await change({ remove: [2] })).toBe(body.length);
        expect(await world.usedByteLength()).toBe(before - body.length);
      });
    });

    describe("checkpoints and verdicts", () => {
      test("are read with their places", async () => {
        const envelope = await alice.checkpoint({ coverage: [], isPurge: true });
        world.nowMs += 5;
        await bob.attest(envelope, 2);
        const { alice: owner, bob: other } = world.people;
        expect(await held((still) => still.checkpoints(10))).toEqual([
          {
            vault: world.vaultId,
            position: 9,
            envelope,
            user: owner.state.user,
            device: owner.device.id,
            isPurge: true,
            storedAtMs: world.nowMs - 5,
            chain: alice.chain,
            seq: 5,
          },
        ]);
        expect(await held((still) => still.attestsOn([envelope]))).toEqual([
          {
            vault: world.vaultId,
            position: 10,
            checkpoint: envelope,
            user: other.state.user,
            device: other.device.id,
            isOk: false,
            mark: bob.mark,
          },
        ]);
      });

      test("are the newest ones, and what is said of those that are asked for", async () => {
        const ids: EnvelopeId[] = [];
        for (let round = 0; round < 3; round++) ids.push(await alice.checkpoint({ coverage: [] }));
        for (const id of ids) await bob.attest(id);
        const newest = await held((still) => still.checkpoints(2));
        expect(newest.map(({ envelope }) => envelope)).toEqual(ids.slice(1));
        const asked = await held((still) => still.attestsOn(ids.slice(0, 2)));
        expect(asked.map(({ mark }) => mark.seq)).toEqual([5, 6]);
        expect(await held((still) => still.attestsOn([]))).toEqual([]);
      });

      test("what one chain says twice counts once, from the first time on", async () => {
        const spare = await world.openChain(world.people.alice, world.people.spare);
        const id = await alice.checkpoint({ coverage: [] });
        for (const verdict of [1, 2, 1, 2] as const) await bob.attest(id, verdict);
        await spare.attest(id);
        const said = await held((still) => still.attestsOn([id]));
        expect(said.map(({ mark, isOk }) => [mark.chain, mark.seq, isOk])).toEqual([
          [bob.chain, 5, true],
          [bob.chain, 6, false],
          [spare.chain, 2, true],
        ]);
      });

      test("are forgotten when the checkpoint's body is removed, each with its own", async () => {
        const first = await alice.checkpoint({ coverage: [] });
        const second = await alice.checkpoint({ coverage: [] });
        await bob.attest(first);
        await bob.attest(second);
        await change({ trash: [9] });
        expect(await held((still) => still.checkpoints(10))).toHaveLength(2);
        await change({ remove: [9] });
        const left = await held(async (still) => ({
          checkpoints: (await still.checkpoints(10)).map(({ envelope }) => envelope),
          attests: (await still.attestsOn([first, second])).map(({ checkpoint }) => checkpoint),
        }));
        expect(left).toEqual({ checkpoints: [second], attests: [second] });
      });
    });

    test("whole blobs are those that are all here and not dropped", async () => {
      const whole = await world.storeBlob(1);
      const other = await world.storeBlob(2);
      const unfinished = await announceBlob(world);
      expect(await held((still) => still.wholeBlobs([whole, other, unfinished]))).toEqual(
        new Set([whole, other]),
      );
      expect(await held((still) => still.wholeBlobs([other]))).toEqual(new Set([other]));
    });

    test("a full beacon is the newest of its chain up to a seq, and one that has its body", async () => {
      await alice.beacon(true);
      await alice.beacon(false);
      await alice.beacon(true);
      const upTo = (seq: number) =>
        held((still) => still.fullBeacons([{ chain: alice.chain, seq }]));
      expect(await upTo(4)).toEqual([]);
      expect(await upTo(6)).toEqual([{ chain: alice.chain, seq: 5 }]);
      expect(await upTo(7)).toEqual([{ chain: alice.chain, seq: 7 }]);
      await change({ trash: [11] });
      expect(await upTo(7)).toEqual([{ chain: alice.chain, seq: 7 }]);
      await change({ remove: [11] });
      expect(await upTo(7)).toEqual([{ chain: alice.chain, seq: 5 }]);
    });

    describe("vaults to tidy", () => {
      const due = (nowMs = world.nowMs) => stores.tidyStore.vaultsToTidy(nowMs, undefined, 10);
      const tidied = (changed: Partial<StillVault["tidied"]> = {}) =>
        held((still) =>
          still.setTidied({
            position: still.position,
            logIndex: still.logHead.index,
            plan: "ab".repeat(32),
            dueAtMs: undefined,
            ...changed,
          }),
        );

      test("are those that grew since", async () => {
        expect(await due()).toEqual([world.vaultId]);
        await tidied();
        expect(await due()).toEqual([]);
        expect(await held(async (still) => still.tidied)).toEqual({
          position: 8,
          logIndex: 1,
          plan: "ab".repeat(32),
          dueAtMs: undefined,
        });
        await alice.data(1);
        expect(await due()).toEqual([world.vaultId]);
        await tidied({ position: 9 });
        await world.remove(world.people.bob, bob.mark);
        expect(await due()).toEqual([world.vaultId]);
      });

      test("are those that are due", async () => {
        await tidied({ dueAtMs: world.nowMs + dayMs });
        expect(await due(world.nowMs + dayMs - 1)).toEqual([]);
        expect(await due(world.nowMs + dayMs)).toEqual([world.vaultId]);
        await tidied({ plan: undefined });
        expect(await due(world.nowMs + dayMs)).toEqual([]);
      });

      test("come a page at a time, rising", async () => {
        const second = await createTidyWorld(stores, { seed: "another" });
        await second.openChain(second.people.alice);
        const all = await due();
        expect(all).toEqual([world.vaultId, second.vaultId].toSorted());
        const { tidyStore } = stores;
        expect(await tidyStore.vaultsToTidy(world.nowMs, undefined, 1)).toEqual(all.slice(0, 1));
        expect(await tidyStore.vaultsToTidy(world.nowMs, all[0], 1)).toEqual(all.slice(1));
        expect(await tidyStore.vaultsToTidy(world.nowMs, all[1], 1)).toEqual([]);
      });
    });

    describe("one at a time", () => {
      test("another one who comes meanwhile does nothing", async () => {
        const outcome = await stores.tidyStore.alone(async () =>
          stores.tidyStore.alone(async () => "inner"),
        );
        expect(outcome).toBeUndefined();
        expect(await stores.tidyStore.alone(async () => "later")).toBe("later");
      });

      test("work that fails gives it up, too", async () => {
        const failing = stores.tidyStore.alone(async () => {
          throw new RangeError("what went wrong");
        });
        await expect(failing).rejects.toThrow("what went wrong");
        expect(await stores.tidyStore.alone(async () => "later")).toBe("later");
      });
    });
  });
};

/** Without its chunk. */
const announceBlob = async (world: TidyWorld) => {
  const sample = blobSample(world.vaultId, { number: 3, chunkCount: 1 });
  const announced = { ...sample, uploader: world.people.alice.device.id, nowMs: world.nowMs };
  await world.stores.blobStore.announce(announced, () => true);
  return sample.blob;
};
