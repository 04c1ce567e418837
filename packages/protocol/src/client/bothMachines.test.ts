/** Both machines, back to back, through anything that happens between them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { vaultIds } from "../ids.ts";
import { idFilledWith } from "../testing/chains.ts";
import { createPairWorld, type Happening, type PairWorld } from "../testing/pairWorld.ts";

const vaults = [1, 2, 3].map((byte) => idFilledWith(vaultIds, byte));

const at = fc.nat(1);
const pick = fc.nat(7);
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("edit"),
      at,
      vault: fc.nat(2),
      byteLength: fc.oneof(...[400, 400, 400, 300_000].map((max) => fc.integer({ min: 1, max }))),
    }),
  },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant("toRelay"), at, pick }) },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant("toDevice"), at, pick }) },
  { weight: 30, arbitrary: fc.record({ kind: fc.constant("relayWork"), at, pick }) },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant("deviceWork"), at }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("time"),
      byMs: fc.oneof(fc.nat(50), fc.nat(3_000), fc.nat(70_000)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("reopen", "bodies"), at, vault: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop"), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("die"), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("online"), at }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("stopStart"), at, isHasty: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("slow"), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("drained"), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("tooFast"),
      at,
      debt: fc.oneof(fc.nat(20), fc.nat(900)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("record"), vault: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("habits"),
      at,
      sealsInParts: fc.boolean(),
      declines: fc.boolean(),
      takesLate: fc.boolean(),
    }),
  },
);

const startedWorld = (): PairWorld => {
  const world = createPairWorld(2, vaults);
  for (const device of world.devices) device.take({ kind: "start" });
  return world;
};

const countsOf = (world: PairWorld): readonly number[] =>
  world.devices.flatMap(({ vaults: models }) =>
    [...models.values()].map(({ sealedCount }) => sealedCount),
  );

describe("a client and a relay", () => {
  test("every edit ends receipted and at the other device, whatever happens on the way", () => {
    fc.assert(
      fc.property(fc.array(happenings, { minLength: 20, maxLength: 400, size: "max" }), (list) => {
        const world = startedWorld();
        for (const happening of list) world.happens(happening);
        expect(world.comesToRest()).toBe(true);
        expect(world.relay.faults).toEqual([]);
        expect(world.devices.flatMap(({ accidents }) => accidents)).toEqual([]);
        for (const vault of vaults) {
          const stored = world.relay.storedByVault.get(vault) ?? [];
          for (const device of world.devices) {
            const model = device.vaults.get(vault);
            const own = stored.filter(({ chain }) => chain === model?.chain);
            expect(own.map(({ seq }) => seq)).toEqual(own.map((_, place) => place + 1));
            expect(own.length).toBe(model?.sealedCount);
            for (const other of world.devices) {
              if (other === device || model === undefined) continue;
              expect(other.vaults.get(vault)?.seqs.get(model.chain) ?? 0).toBe(model.sealedCount);
            }
          }
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test("edits without any accident come to rest on one connection", () => {
    const world = startedWorld();
    for (const [edit] of Array.from({ length: 60 }).entries())
      world.happens({ kind: "edit", at: edit, vault: edit, byteLength: 20_000 });
    expect(world.comesToRest()).toBe(true);
    expect(countsOf(world).reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(world.devices.map(({ state }) => state.failureCount)).toEqual([0, 0]);
  });
});
