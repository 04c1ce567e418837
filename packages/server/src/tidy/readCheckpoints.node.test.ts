import { sizes } from "@duro/crypto/types";
import { type EnvelopeId, limits } from "@duro/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import type { StillVault } from "../ports/tidyStore.ts";
import { openMemoryTidyStores } from "../testing/memoryTidyStores.ts";
import { envelopeOf, markOf } from "../testing/tidyFacts.ts";
import { createTidyWorld, type TidyWorld } from "../testing/tidyWorld.ts";
import type { TidyWriter } from "../testing/tidyWriter.ts";
import { type ReadCheckpoint, readCheckpoints } from "./readCheckpoints.ts";

let world: TidyWorld;
let alice: TidyWriter;

beforeEach(async () => {
  world = await createTidyWorld(openMemoryTidyStores());
  alice = await world.openChain(world.people.alice);
});

const read = async (
  known = new Map<EnvelopeId, ReadCheckpoint>(),
  change: (still: StillVault) => Partial<StillVault> = () => ({}),
) => {
  const outcome = await world.stores.tidyStore.hold(world.vaultId, (still) =>
    readCheckpoints({ ...still, ...change(still) }, known),
  );
  if (outcome === undefined) throw new RangeError("the vault is there");
  return outcome;
};

const longCoverage = Array.from({ length: limits.chainsPerVectorMax }, (_, chain) =>
  markOf(chain + 1, 1),
);

describe("what a checkpoint says is read", () => {
  test("from its clear part, however long that is", async () => {
    await alice.checkpoint({ coverage: [markOf(1, 5)] });
    await alice.checkpoint({ coverage: longCoverage });
    const { checkpoints, unreadBefore } = await read();
    expect(checkpoints.map(({ says }) => says.kind === "read" && says.coverage)).toEqual([
      [markOf(1, 5)],
      longCoverage,
    ]);
    expect(unreadBefore).toBe(0);
  });

  test.each([
    ["nothing at all", new Uint8Array(), "unreadable"],
    ["a newer format", new Uint8Array([2, 7]), "newer format"],
    ["something else", new Uint8Array([1, 7]), "unreadable"],
    [
      "something else, and much of it",
      new Uint8Array(sizes.bodyClearByteLengthMax).fill(1),
      "unreadable",
    ],
  ])("as what it is where it says %s", async (_, clear, kind) => {
    await alice.checkpoint({ coverage: [], clear });
    expect((await read()).checkpoints.map(({ says }) => says.kind)).toEqual([kind]);
  });

  test("as missing where its body is not here", async () => {
    await alice.checkpoint({ coverage: [] });
    const { checkpoints } = await read(new Map(), () => ({ bodyStarts: async () => new Map() }));
    expect(checkpoints.map(({ says }) => says.kind)).toEqual(["body missing"]);
  });

  test("once, as long as it is remembered", async () => {
    await alice.checkpoint({ coverage: [markOf(1, 5)] });
    const known = new Map<EnvelopeId, ReadCheckpoint>();
    const first = await read(known);
    const again = await read(known, () => ({
      bodyStarts: async (positions) => {
        expect(positions).toEqual([]);
        return new Map();
      },
    }));
    expect(again).toEqual(first);
  });
});

describe("of very many checkpoints", () => {
  /** As many rows of one checkpoint, each at its own place. */
  const many = (count: number) => (still: StillVault) => ({
    checkpoints: async (countMax: number) => {
      const [row] = await still.checkpoints(1);
      if (row === undefined) throw new RangeError("there is one");
      return Array.from({ length: count }, (_, at) => ({
        ...row,
        position: at + 1,
        envelope: envelopeOf(1, at + 1),
      })).slice(-countMax);
    },
    bodyStarts: async (positions: readonly number[], byteLength: number) => {
      const rows = await still.checkpoints(1);
      const starts = await still.bodyStarts(
        rows.map(({ position }) => position),
        byteLength,
      );
      const [start = new Uint8Array()] = starts.values();
      return new Map(positions.map((position) => [position, start]));
    },
  });

  test("the newest 1,024 are read", async () => {
    await alice.checkpoint({ coverage: [markOf(1, 5)] });
    const all = await read(new Map(), many(1_024));
    expect(all.checkpoints).toHaveLength(1_024);
    expect(all.unreadBefore).toBe(0);
    const more = await read(new Map(), many(1_025));
    expect(more.checkpoints).toHaveLength(1_024);
    expect(more.unreadBefore).toBe(2);
  });

  test.each([
    ["are as long as can be", { coverage: longCoverage }],
    ["are long and cannot be read", { coverage: [], clear: new Uint8Array(100_000).fill(1) }],
  ])("the newest 16 are read where they %s, remembered or not", async (_, options) => {
    await alice.checkpoint(options);
    const known = new Map<EnvelopeId, ReadCheckpoint>();
    for (let round = 0; round < 2; round++) {
      const { checkpoints, unreadBefore } = await read(known, many(40));
      expect(checkpoints.map(({ position }) => position)).toEqual(
        Array.from({ length: 16 }, (_unused, at) => 25 + at),
      );
      expect(unreadBefore).toBe(25);
    }
  });
});
