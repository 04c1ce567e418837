/** Bodies that somebody wanted and the relay has lost: whoever has them puts them again. */
import { assert } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { createPlace } from "../testing/vaultPlace.ts";
import { createBlobKeeper, fill, give, openCompactingCore } from "./testing/compactingPlace.ts";

const three = async () => {
  const place = createPlace(3);
  const http = createBlobKeeper();
  const [a, b, c] = await Promise.all(
    place.devices.map((device) => openCompactingCore(place, device, http)),
  );
  assert(a !== undefined && b !== undefined && c !== undefined, "three devices");
  await fill(a);
  await give(b, a.puts);
  const { chain } = a.core.memory.own;
  // The relay has all of it, so that what is put again is seen.
  await b.core.connected(b.core.vector());
  const putAgain = () => b.puts.filter((run) => run.chain === chain);
  return { a, b, c, chain, putAgain };
};

test("what the relay lost is put again, by whoever has it", async () => {
  const { b, chain, putAgain } = await three();
  b.compactor.bodiesMissing(chain, [2, 3, 99]);
  await b.compactor.look({ write: false });
  expect(putAgain().map(({ firstSeq }) => firstSeq)).toEqual([2, 3]);
  await b.compactor.look({ write: false });
  expect(putAgain()).toHaveLength(2);
  expect(b.failures).toEqual([]);
});

test("what the relay may drop behind a checkpoint that counts is not put again", async () => {
  const { a, b, c, chain, putAgain } = await three();
  await a.compactor.look({ write: true });
  await give(c, a.puts);
  expect(await c.compactor.look({ write: true })).toMatchObject({ hasAttested: true });
  await give(b, [...a.puts, ...c.puts]);
  b.compactor.bodiesMissing(chain, [2, 3]);
  // It holds the bodies until the end of this look.
  expect(await b.compactor.look({ write: false })).toMatchObject({ hasPruned: true });
  expect(putAgain()).toEqual([]);
});
