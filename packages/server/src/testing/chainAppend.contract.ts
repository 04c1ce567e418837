/** What every adapter of ChainStore promises of appends. */
import { EnvelopeKind, noRecord } from "@duro/crypto/types";
import type { VaultId } from "@duro/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AppendAsk, ChainName, ChainStore, ChainWrites, Held } from "../ports/chainStore.ts";
import {
  askFor,
  chainOf,
  type ChainStoreUnderTest,
  envelopeIdOf,
  envelopeOf,
  envelopes,
  grow,
  growingBy,
  nothingWritten,
  placedOf,
  storedChainOf,
} from "./chainSamples.ts";
import { deviceOf, userOf, vaultOf } from "./storeSamples.ts";

const noChain: ChainName = { vault: vaultOf(0), chain: chainOf(0) };
/** Head and body of one envelope as the samples make it. */
const envelopeByteLength = 236 + 305;

const everythingOf = async (store: ChainStore, vault: VaultId) =>
  (
    await store.page({
      vault,
      afterPosition: 0,
      vector: [],
      wantsBodies: true,
      envelopeCountMax: 1_000,
      byteLengthMax: 10_000_000,
    })
  ).envelopes;

export const chainAppendContract = (
  adapter: string,
  open: () => Promise<ChainStoreUnderTest>,
): void => {
  describe(`ChainStore contract, appends, ${adapter}`, () => {
    let under: ChainStoreUnderTest;
    let store: ChainStore;
    let other: ChainStore;
    beforeAll(async () => {
      under = await open();
      [store, other] = under.nodes;
    });
    afterAll(() => under.close());

    /** Two vaults of their own for each test, by two payers. */
    let number = 0;
    let [one, two] = [vaultOf(0), vaultOf(0)];
    let [first, second, elsewhere] = [noChain, noChain, noChain];
    beforeEach(async () => {
      number += 10;
      [one, two] = [vaultOf(number + 1), vaultOf(number + 2)];
      first = { vault: one, chain: chainOf(1) };
      second = { vault: one, chain: chainOf(2) };
      elsewhere = { vault: two, chain: chainOf(3) };
      await under.foundVault(one, userOf(number + 1));
      await under.foundVault(two, userOf(number + 2));
    });

    const lookAt = async (ask: AppendAsk): Promise<Held> => {
      let seen: Held | undefined;
      await store.append(ask, (held) => {
        seen = held;
        return nothingWritten;
      });
      if (seen === undefined) throw new Error("decide was not asked");
      return seen;
    };

    test("an append answers what decide answered, and what it wrote is there afterwards", async () => {
      const growths = [{ ...first, envelopes: envelopes(3) }];
      const written = await store.append(askFor(growths), (held) => ({
        ...growingBy(growths)(held),
        told: "so",
      }));
      expect(written.told).toBe("so");
      expect(await everythingOf(store, one)).toEqual(
        [1, 2, 3].map((seq) => placedOf(first, seq, seq)),
      );
      expect(await store.chain(first)).toEqual(storedChainOf(first, 3));
      expect(await store.position(one)).toBe(3);
    });

    test("decide sees vaults that exist, their counters and log heads, and nothing of the others", async () => {
      await grow(store, [{ ...first, envelopes: envelopes(2) }]);
      const held = await lookAt({ ...askFor([first]), vaults: [one, two, vaultOf(number + 9)] });
      expect([...held.vaults.keys()].toSorted()).toEqual([one, two].toSorted());
      expect(held.vaults.get(one)).toEqual({
        vault: one,
        payer: userOf(number + 1),
        position: 2,
        logHead: { index: 0, id: noRecord },
        payerByteLength: 0,
        payerQuotaByteLength: undefined,
      });
      expect(held.vaults.get(two)?.position).toBe(0);
    });

    test("decide sees the chains it asked for that exist, with every field, and no other", async () => {
      await grow(store, [
        { ...first, envelopes: envelopes(2) },
        { ...second, envelopes: envelopes(1) },
      ]);
      const unknown = { vault: one, chain: chainOf(9) };
      const misplaced = { vault: two, chain: first.chain };
      const held = await lookAt(askFor([unknown, first, misplaced]));
      expect(held.chain(first)).toEqual(storedChainOf(first, 2));
      expect(held.chain(second)).toBeUndefined();
      expect(held.chain(unknown)).toBeUndefined();
      expect(held.chain(misplaced)).toBeUndefined();
    });

    test("decide sees which of the devices it asked for were revoked", async () => {
      await under.addDevice(deviceOf(1), false);
      await under.addDevice(deviceOf(2), true);
      await under.addDevice(deviceOf(3), true);
      const devices = [deviceOf(1), deviceOf(2), deviceOf(9)];
      expect((await lookAt({ ...askFor([first]), devices })).revoked).toEqual(
        new Set([deviceOf(2)]),
      );
    });

    test("decide sees what a payer uses in all vaults and may use, where a quota is asked for", async () => {
      const third = { vault: vaultOf(number + 3), chain: chainOf(4) };
      await under.foundVault(third.vault, userOf(number + 1));
      await under.setQuota(userOf(number + 1), 5_000_000);
      await under.setQuota(userOf(number + 2), undefined);
      await grow(store, [{ ...first, envelopes: envelopes(2) }]);
      await grow(store, [{ ...third, envelopes: envelopes(1) }]);
      const ask = { ...askFor([first, elsewhere]), hasQuota: true };
      const { vaults } = await lookAt(ask);
      expect(vaults.get(one)).toMatchObject({
        payerByteLength: 3 * envelopeByteLength,
        payerQuotaByteLength: 5_000_000,
      });
      expect(vaults.get(two)).toMatchObject({
        payerByteLength: 0,
        payerQuotaByteLength: undefined,
      });
    });

    test("every next append sees what the one before wrote, on either node", async () => {
      for (let round = 1; round <= 6; round++) {
        const node = round % 2 === 0 ? store : other;
        await node.append(askFor([first]), (held) => {
          expect(held.vaults.get(one)?.position).toBe(2 * (round - 1));
          expect(held.chain(first)?.seq).toBe(round === 1 ? undefined : 2 * (round - 1));
          return growingBy([{ ...first, envelopes: envelopes(2) }])(held);
        });
      }
      expect(await other.chain(first)).toEqual(storedChainOf(first, 12));
    });

    test("a node that wrote to a vault several times sees what another wrote there since", async () => {
      for (let round = 0; round < 3; round++)
        await grow(store, [{ ...first, envelopes: envelopes(1) }]);
      await grow(other, [{ ...second, envelopes: envelopes(2) }]);
      await grow(store, [{ ...first, envelopes: envelopes(1) }]);
      await grow(other, [{ ...first, envelopes: envelopes(1) }]);
      const { runs } = await grow(store, [{ ...first, envelopes: envelopes(1) }]);
      expect(runs.map(({ firstPosition }) => firstPosition)).toEqual([8]);
      expect((await everythingOf(store, one)).map(({ chain, seq }) => [chain, seq])).toEqual([
        [first.chain, 1],
        [first.chain, 2],
        [first.chain, 3],
        [second.chain, 1],
        [second.chain, 2],
        [first.chain, 4],
        [first.chain, 5],
        [first.chain, 6],
      ]);
    });

    test("a device that was revoked since its last append is seen to be, however often it wrote before", async () => {
      const device = deviceOf(number + 5);
      const ask = { ...askFor([first]), devices: [device] };
      const unlessRevoked = (held: Held): ChainWrites =>
        held.revoked.has(device)
          ? nothingWritten
          : growingBy([{ ...first, envelopes: envelopes(1) }])(held);
      for (let round = 0; round < 3; round++) await store.append(ask, unlessRevoked);
      await under.addDevice(device, true);
      expect((await store.append(ask, unlessRevoked)).runs).toEqual([]);
      expect(await store.position(one)).toBe(3);
    });

    test("several runs of one chain, and runs of several chains and vaults, go in one append", async () => {
      await grow(store, [{ ...second, envelopes: envelopes(1) }]);
      await grow(store, [
        { ...first, envelopes: envelopes(2) },
        { ...second, envelopes: envelopes(2) },
        { ...elsewhere, envelopes: envelopes(1) },
        { ...first, envelopes: envelopes(1) },
      ]);
      const placed = (await everythingOf(store, one)).map(({ chain, seq, position }) => [
        position,
        chain,
        seq,
      ]);
      expect(placed).toEqual([
        [1, second.chain, 1],
        [2, first.chain, 1],
        [3, first.chain, 2],
        [4, second.chain, 2],
        [5, second.chain, 3],
        [6, first.chain, 3],
      ]);
      expect(await store.chain(second)).toEqual(storedChainOf(second, 3));
      expect(await everythingOf(store, two)).toHaveLength(1);
    });

    test("kinds, flags, lengths and bodies come back as they were stored, here or not", async () => {
      const shapes = [
        { kind: EnvelopeKind.Open, bodyByteLength: 305 },
        { kind: EnvelopeKind.Data, bodyByteLength: 1_343_540 },
        { kind: EnvelopeKind.Beacon, flags: 1, bodyByteLength: 400, hasBody: false },
        { kind: EnvelopeKind.Checkpoint, flags: 2, bodyByteLength: 70_000 },
        { kind: EnvelopeKind.Attest, bodyByteLength: 305, hasBody: false },
      ];
      await grow(store, [{ ...first, envelopes: shapes }]);
      expect(await everythingOf(store, one)).toEqual(
        shapes.map((shape, at) => placedOf(first, at + 1, at + 1, shape)),
      );
    });

    test("used bytes are added to each vault that grew", async () => {
      await grow(store, [
        { ...first, envelopes: [...envelopes(2), { hasBody: false }] },
        { ...elsewhere, envelopes: envelopes(1) },
      ]);
      await grow(other, [{ ...first, envelopes: envelopes(1) }]);
      expect((await under.kept(one)).usedByteLength).toBe(3 * envelopeByteLength + 236);
      expect((await under.kept(two)).usedByteLength).toBe(envelopeByteLength);
    });

    test("checkpoints, attests and forks are kept, and the same fork once", async () => {
      const author = { user: userOf(1), device: deviceOf(1) };
      const envelope = envelopeIdOf(first.chain, 2);
      const checkpoint = {
        vault: one,
        position: 2,
        envelope,
        isPurge: true,
        storedAtMs: 5,
        ...author,
      };
      const later = { ...checkpoint, position: 4, isPurge: false };
      const attest = { vault: one, position: 3, checkpoint: envelope, isOk: false, ...author };
      const { signedHead } = envelopeOf(first, 2);
      const fork = {
        ...first,
        seq: 2,
        envelope: envelopeIdOf(first.chain, 99),
        signedHead,
        seenAtMs: 6,
      };
      await store.append(askFor([first]), (held) => ({
        ...growingBy([{ ...first, envelopes: envelopes(4) }])(held),
        checkpoints: [checkpoint, later],
        attests: [attest],
        forks: [fork],
      }));
      await other.append({ ...askFor([]), vaults: [one] }, () => ({
        ...nothingWritten,
        forks: [{ ...fork, seenAtMs: 7 }],
      }));
      expect(await under.kept(one)).toMatchObject({
        checkpoints: [checkpoint, later],
        attests: [attest],
        forks: [fork],
      });
    });

    test("a decide that throws leaves nothing, its error comes through, and the vault is free", async () => {
      const failed = store.append(askFor([first]), () => {
        throw new Error("no");
      });
      await expect(failed).rejects.toThrow("no");
      await grow(other, [{ ...first, envelopes: envelopes(1) }]);
      await grow(store, [{ ...first, envelopes: envelopes(1) }]);
      expect(await store.position(one)).toBe(2);
    });

    test("a decide that writes nothing frees the vault", async () => {
      for (let round = 0; round < 20; round++) await lookAt(askFor([first]));
      await grow(other, [{ ...first, envelopes: envelopes(1) }]);
      expect(await store.position(one)).toBe(1);
    });

    const again = (held: Held): ChainWrites => {
      const writes = growingBy([
        { ...elsewhere, envelopes: envelopes(2) },
        { ...first, envelopes: envelopes(2) },
      ])(held);
      const author = { user: userOf(1), device: deviceOf(1) };
      const envelope = envelopeIdOf(first.chain, 1);
      const checkpoint = {
        vault: two,
        position: 1,
        envelope,
        isPurge: true,
        storedAtMs: 5,
        ...author,
      };
      return { ...writes, checkpoints: [checkpoint] };
    };

    test.each<[string, (writes: ChainWrites) => ChainWrites]>([
      [
        "a seq that is taken",
        (writes) => ({
          ...writes,
          runs: writes.runs.map((run) => ({
            ...run,
            envelopes: run.envelopes.map((envelope, at) => ({ ...envelope, seq: at + 1 })),
          })),
        }),
      ],
      [
        "a position that is taken",
        (writes) => ({
          ...writes,
          runs: writes.runs.map((run) => ({ ...run, firstPosition: 1 })),
        }),
      ],
    ])("%s leaves nothing of the append, not even a counter", async (_, spoil) => {
      await grow(store, [{ ...first, envelopes: envelopes(3) }]);
      const before = [
        await everythingOf(store, one),
        await under.kept(one),
        await store.heads(one),
      ];
      for (let round = 0; round < 8; round++) {
        const failed = store.append(askFor([first, elsewhere]), (held) => spoil(again(held)));
        await expect(failed).rejects.toThrow("given");
      }
      expect([
        await everythingOf(store, one),
        await under.kept(one),
        await store.heads(one),
      ]).toEqual(before);
      expect(await store.heads(two)).toEqual({ position: 0, chains: [] });
      expect((await under.kept(two)).checkpoints).toEqual([]);
      await store.append(askFor([first, elsewhere]), again);
      expect([await store.position(one), await store.position(two)]).toEqual([5, 2]);
    });

    test("appends that nobody locked a vault for are a bug, and write nothing", async () => {
      const growth = { ...elsewhere, envelopes: envelopes(1) };
      const failed = store.append({ ...askFor([first]), chains: [elsewhere] }, growingBy([growth]));
      await expect(failed).rejects.toThrow("only what is locked grows");
      expect(await store.position(two)).toBe(0);
    });

    test("positions follow each other without gaps, whatever appends come at once", async () => {
      const rounds = Array.from({ length: 40 }, (_, round) => {
        const node = round % 2 === 0 ? store : other;
        const mine = { vault: one, chain: chainOf(10 + (round % 4)), envelopes: envelopes(2) };
        const theirs = { vault: two, chain: chainOf(20 + (round % 4)), envelopes: envelopes(1) };
        return grow(node, round % 3 === 0 ? [mine, theirs] : [theirs, mine]);
      });
      await Promise.all(rounds);
      for (const [vault, count] of [
        [one, 80],
        [two, 40],
      ] as const) {
        const stored = await everythingOf(store, vault);
        expect(stored.map(({ position }) => position)).toEqual(
          Array.from({ length: count }, (_, at) => at + 1),
        );
        const { position, chains } = await other.heads(vault);
        expect(position).toBe(count);
        for (const { chain, seq } of chains)
          expect(stored.filter((envelope) => envelope.chain === chain).map((e) => e.seq)).toEqual(
            Array.from({ length: seq }, (_, at) => at + 1),
          );
      }
    });
  });
};
