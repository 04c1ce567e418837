/** Bodies that nobody has any more: all had dropped them behind a checkpoint that a cut made void. */
import { cutRecord } from "@duro/crypto";
import { withRotation } from "@duro/crypto/testing/people";
import { assert } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import { expect, test } from "vitest";
import { standingAlarms } from "../alarms/standing.ts";
import { ownEnd, ownEndRecord } from "../engine/endOwnChain.ts";
import { createPlace, deps, docOf, type Place, viewOf, withRecord } from "../testing/vaultPlace.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import {
  type CompactingCore,
  createBlobKeeper,
  fill,
  give,
  openCompactingCore,
} from "./testing/compactingPlace.ts";

const quietly = { write: false };

/** The first wrote, the second was cut away with what the checkpoint covers of it, the third only reads. */
const allGone = async () => {
  const place = createPlace(3);
  const [first, second, third] = place.devices;
  assert(first !== undefined && second !== undefined && third !== undefined, "three devices");
  const http = createBlobKeeper();
  const a = await openCompactingCore(place, first, http);
  const b = await openCompactingCore(place, second, http);
  const c = await openCompactingCore(place, third, http);
  await fill(a);
  await b.type("of the second");
  await b.sealAll();
  for (const core of [b, c]) await give(core, a.puts);
  for (const core of [a, c]) await give(core, b.puts);
  await a.compactor.look({ write: true });
  await give(b, a.puts);
  await give(c, a.puts);
  for (const { compactor } of [b, c])
    expect(await compactor.look(quietly)).toMatchObject({ hasAttested: true, hasPruned: true });
  for (const core of [a, c]) await give(core, b.puts);
  for (const core of [a, b]) await give(core, c.puts);
  expect(await a.compactor.look(quietly)).toMatchObject({ hasPruned: true });
  const row = b.core.memory.chains.get(b.core.memory.own.chain);
  const [opening] = await readEnvelopes(b.core.memory, b.core.memory.own.chain, 1, 2);
  assert(row !== undefined && opening !== undefined, "a chain that was opened");
  const { device, incarnation } = row;
  const cut = withRecord(
    place,
    cutRecord(
      place.vault.state,
      { device: place.person.device, identity: place.person.state },
      "cutDevice",
      {
        identity: place.person.state,
        cuts: [{ device, chains: [{ incarnation, seq: 1, id: envelopeIdOf(opening.head) }] }],
      },
    ),
  );
  const vault = withRotation(deps, cut.vault, place.person, [place.person]);
  const after: Place = { ...cut, vault };
  for (const { core } of [a, c]) await core.viewChanged(viewOf(after));
  return { after, a, c, device: first };
};

/** Each time the relay says that it has none. */
const askInVain = async ({ compactor }: CompactingCore): Promise<void> => {
  for (let count = 0; count < 4; count += 1) {
    await compactor.look(quietly);
    await compactor.look(quietly);
    compactor.askAgain();
  }
};

test("[CP15] whoever wrote them ends that chain and writes again what the documents had", async () => {
  const { after, a, c, device } = await allGone();
  expect(a.core.memory.isApart).toBe(true);
  await a.compactor.look(quietly);
  await a.compactor.look(quietly);
  expect(a.endCount).toBe(0);
  await askInVain(a);
  expect(a.endCount).toBeGreaterThan(0);
  // Written again before that chain has ended, all of it would be there twice once the bodies come.
  await a.core.viewChanged(viewOf(after));
  expect(a.core.memory.isApart).toBe(true);
  const record = await a.core.job(async (context) => {
    const end = await ownEnd(context);
    return end && ownEndRecord(device, context, end);
  });
  assert(record !== undefined, "there is something to end");
  const ended = withRecord(after, record);
  const former = a.core.memory.own.chain;
  for (const { core } of [a, c]) await core.viewChanged(viewOf(ended));
  expect(a.core.memory).toMatchObject({ isApart: false });
  expect(a.core.memory.own.chain).not.toBe(former);
  expect((await a.text(docOf(3))).length).toBe(400_000);
  await a.sealAll();
  await give(c, a.puts);
  for (const doc of [1, 2, 3]) expect(await c.text(docOf(doc))).toBe(await a.text(docOf(doc)));
  for (const { core } of [a, c]) expect(core.memory.holds.size).toBe(0);
  expect(await a.core.job(ownEnd)).toBe(undefined);
  expect([...a.failures, ...c.failures]).toEqual([]);
});

test("[CP15] whoever else waits for them writes on meanwhile", async () => {
  const { c } = await allGone();
  const told = () => standingAlarms(c.core.watch.book).map(({ alarm: { type } }) => type);
  await c.type("later");
  await c.sealAll();
  expect(c.core.memory).toMatchObject({ isApart: true, waiting: [{}] });
  await askInVain(c);
  expect(told()).toEqual(["BodiesMissing"]);
  expect(c.endCount).toBe(0);
  expect(c.core.memory.isApart).toBe(false);
  await c.core.saved();
  await c.sealAll();
  expect(c.core.memory.waiting).toEqual([]);
  expect(await c.text()).toContain("later");
  expect(c.failures).toEqual([]);
});
