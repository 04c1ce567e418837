/** A device whose own chain is cut behind the place up to which it has dropped its bodies. */
import { plainVaultRecord } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import { runToEnvelopes } from "@duro/protocol";
import { expect, test } from "vitest";
import {
  createPlace,
  docOf,
  openCore,
  type OpenedCore,
  viewOf,
  withRecord,
} from "../testing/vaultPlace.ts";
import { createBlobKeeper, fill, give, openCompactingCore } from "./testing/compactingPlace.ts";

const quietly = { write: false };

/** A copy of the first has written a third envelope as well, which is proved once both have dropped theirs. */
const provedBehind = async () => {
  const place = createPlace(3);
  const [first, second, third] = place.devices;
  assert(first !== undefined && second !== undefined && third !== undefined, "three devices");
  const http = createBlobKeeper();
  const a = await openCompactingCore(place, first, http);
  const b = await openCompactingCore(place, second, http);
  const c = await openCompactingCore(place, third, http);
  await a.type("before ");
  await a.sealAll();
  const copy = await openCore(place, first, { disk: { tables: a.disk.tables } });
  await copy.core.connected(copy.core.vector());
  await copy.type("copy ");
  await copy.sealAll();
  await a.type("original ");
  await fill(a);
  for (const core of [b, c]) await give(core, a.puts);
  await c.core.connected(c.core.vector());
  await a.compactor.look({ write: true });
  await give(b, a.puts);
  expect(await b.compactor.look(quietly)).toMatchObject({ hasAttested: true, hasPruned: true });
  await give(a, b.puts);
  expect(await a.compactor.look(quietly)).toMatchObject({ hasPruned: true });
  const thirdOf = ({ puts }: OpenedCore) => {
    const found = puts
      .flatMap((run) => runToEnvelopes(place.vault.state.vault, run, envelopeIdOf))
      .find(({ head }) => head.seq === 3);
    assert(found !== undefined, "it has sealed a third");
    return { head: found.head, signature: found.signature };
  };
  const proof = plainVaultRecord(
    place.vault.state,
    { device: second, identity: place.person.state },
    {
      type: "equivocation",
      user: place.person.state.user,
      device: first.id,
      incarnation: a.core.memory.own.incarnation,
      heads: [thirdOf(a), thirdOf(copy)],
    },
    [place.person.state],
  );
  return { proved: withRecord(place, proof), a, c };
};

test("[COUNT7] writes again what it has in its documents alone, once what is before the cut is here", async () => {
  const { proved, a, c } = await provedBehind();
  const former = a.core.memory.own.chain;
  for (const { core } of [a, c]) await core.viewChanged(viewOf(proved));
  expect(a.core.memory.isApart).toBe(true);
  await c.compactor.look(quietly);
  await give(a, c.puts);
  expect(a.core.memory.isApart).toBe(false);
  expect(a.core.memory.own.chain).not.toBe(former);
  expect((await a.text()).split(" ")).toEqual(expect.arrayContaining(["before", "original"]));
  expect((await a.text(docOf(3))).length).toBe(400_000);
  await a.sealAll();
  await give(c, a.puts);
  expect(await c.text()).toBe(await a.text());
  expect((await c.text(docOf(3))).length).toBe(400_000);
  expect([...a.failures, ...c.failures]).toEqual([]);
});
