/** Bodies that devices dropped behind a checkpoint, and need again since a cut has made it void. */
import { cutRecord } from "@duro/crypto";
import { withRotation } from "@duro/crypto/testing/people";
import { assert } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import { type Run, runToEnvelopes } from "@duro/protocol";
import { expect, test } from "vitest";
import { standingAlarms } from "../alarms/standing.ts";
import { createPlace, deps, docOf, viewOf, withRecord } from "../testing/vaultPlace.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import { bodiesToGive } from "./giveBodies.ts";
import {
  type CompactingCore,
  createBlobKeeper,
  fill,
  give,
  openCompactingCore,
} from "./testing/compactingPlace.ts";

const quietly = { write: false };

const openingOf = async ({ core: { memory } }: CompactingCore) => {
  const row = memory.chains.get(memory.own.chain);
  const [first] = await readEnvelopes(memory, memory.own.chain, 1, 2);
  assert(row !== undefined && first !== undefined, "a chain that was opened");
  return { ...row, id: envelopeIdOf(first.head) };
};

/**
 * The first two have dropped what a checkpoint covers, and a third has all of it. Then all that the second
 * wrote is cut away, which the checkpoint covers.
 */
const cutBehind = async () => {
  const place = createPlace(4);
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
  // The relay has all of it, and tells nobody that it lacks bodies.
  await c.core.connected(c.core.vector());
  await a.compactor.look({ write: true });
  await give(b, a.puts);
  expect(await b.compactor.look(quietly)).toMatchObject({ hasAttested: true, hasPruned: true });
  await give(a, b.puts);
  expect(await a.compactor.look(quietly)).toMatchObject({ hasPruned: true });
  const { device, incarnation, id } = await openingOf(b);
  const author = { device: place.person.device, identity: place.person.state };
  const cut = withRecord(
    place,
    cutRecord(place.vault.state, author, "cutDevice", {
      identity: place.person.state,
      cuts: [{ device, chains: [{ incarnation, seq: 1, id }] }],
    }),
  );
  const vault = withRotation(deps, cut.vault, place.person, [place.person]);
  const bodiesIn = (runs: readonly Run[]) =>
    runs
      .flatMap((run) => runToEnvelopes(vault.state.vault, run, envelopeIdOf))
      .filter(({ body }) => body !== undefined)
      .map(({ head: { chain, seq } }) => [chain === a.core.memory.own.chain ? "a" : "b", seq]);
  return { after: { ...cut, vault }, a, c, bodiesIn };
};

const whyHeld = ({ core }: CompactingCore) => [...core.memory.holds.values()].map(({ why }) => why);

test("[CP13] whoever still has the bodies puts them again behind a cut, and others count them", async () => {
  const { after, a, c, bodiesIn } = await cutBehind();
  for (const { core } of [a, c]) await core.viewChanged(viewOf(after));
  expect(whyHeld(a)).toEqual(["a body"]);
  expect(whyHeld(c)).toEqual([]);
  const putCount = c.puts.length;
  await c.compactor.look(quietly);
  const given = c.puts.slice(putCount);
  expect(bodiesIn(given)).toEqual([
    ["a", 2],
    ["a", 3],
    ["a", 4],
  ]);
  await give(a, given);
  expect(whyHeld(a)).toEqual([]);
  expect((await a.text(docOf(3))).length).toBe(400_000);
  expect([...a.failures, ...c.failures]).toEqual([]);
});

test("[CP13] nothing is put again without a cut, nor twice for one", async () => {
  const { after, c } = await cutBehind();
  const putCount = c.puts.length;
  await c.compactor.look(quietly);
  expect(c.puts).toHaveLength(putCount);
  await c.core.viewChanged(viewOf(after));
  await c.compactor.look(quietly);
  const givenCount = c.puts.length - putCount;
  expect(givenCount).toBeGreaterThan(0);
  c.compactor.connected();
  await c.compactor.look(quietly);
  expect(c.puts).toHaveLength(putCount + givenCount);
});

test("[CP13] what was lost again by the relay is put again", async () => {
  const { after, a, c, bodiesIn } = await cutBehind();
  await c.core.viewChanged(viewOf(after));
  await c.compactor.look(quietly);
  const lost = c.core.vector().filter(({ chain }) => chain !== a.core.memory.own.chain);
  const putCount = c.puts.length;
  await c.core.connected(lost);
  c.compactor.connected();
  await c.compactor.look(quietly);
  expect(bodiesIn(c.puts.slice(putCount))).toContainEqual(["a", 4]);
});

test("[CP13] what was written behind the cut, and what is not here, is not put again", async () => {
  const { after, a, c } = await cutBehind();
  const { chain } = a.core.memory.own;
  for (const { core } of [a, c]) await core.viewChanged(viewOf(after));
  expect(await bodiesToGive(c.core.memory, [])).toEqual([{ chain, fromSeq: 2, untilSeq: 4 }]);
  // Of what it dropped itself it has the checkpoint alone.
  expect(await bodiesToGive(a.core.memory, [])).toEqual([{ chain, fromSeq: 5, untilSeq: 5 }]);
  await c.compactor.look(quietly);
  await give(a, c.puts);
  await a.type("later");
  await a.sealAll();
  expect(a.core.memory.chains.get(chain)).toMatchObject({ counted: 6 });
  expect(await bodiesToGive(a.core.memory, [])).toEqual([{ chain, fromSeq: 2, untilSeq: 5 }]);
});

test("[CP14] bodies that nobody has any more are told of, until they are here", async () => {
  const { after, a, c } = await cutBehind();
  const told = () => standingAlarms(a.core.watch.book).map(({ alarm: { type } }) => type);
  await a.core.viewChanged(viewOf(after));
  const askThrice = async () => {
    for (let count = 0; count < 3; count += 1) {
      expect(await a.compactor.look(quietly)).toMatchObject({ isStuck: false });
      expect(await a.compactor.look(quietly)).toMatchObject({ isStuck: true });
      expect(told()).toEqual([]);
      a.compactor.askAgain();
    }
    await a.compactor.look(quietly);
    await a.compactor.look(quietly);
  };
  await askThrice();
  expect(told()).toEqual(["BodiesMissing"]);
  await c.core.viewChanged(viewOf(after));
  await c.compactor.look(quietly);
  await give(a, c.puts);
  await a.compactor.look(quietly);
  expect(told()).toEqual([]);
});
