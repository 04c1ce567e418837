/** A checkpoint's state is exactly its coverage. */
import { assert } from "@duro/crypto/types";
import { expect, test } from "vitest";
import { createPlace, openCore } from "../testing/vaultPlace.ts";
import { vectorOf } from "../vault/vector.ts";
import { readMoment } from "./readMoment.ts";

test("[CP1] there is no moment while edits wait to be sealed, and then it covers all of them", async () => {
  const place = createPlace(1);
  const a = await openCore(place, place.person.device);
  await a.core.connected([], undefined);
  await a.type("one");
  expect(await readMoment(a.core.memory)).toEqual({ ok: false, error: { type: "StateUnsealed" } });
  await a.sealAll();
  const moment = await readMoment(a.core.memory);
  assert(moment.ok, "everything is sealed");
  expect(moment.value.coverage).toEqual(vectorOf(a.core.memory));
  const docs: string[] = [];
  for await (const { doc } of moment.value.docs) docs.push(doc);
  expect(docs).toHaveLength(1);
});

test("[CP5] what is held is not covered, and not in the state", async () => {
  const place = createPlace(2);
  const [first, second] = place.devices;
  assert(first !== undefined && second !== undefined, "two devices");
  const a = await openCore(place, first);
  const b = await openCore(place, second);
  for (const { core } of [a, b]) await core.connected([], undefined);
  await a.type("one ");
  await a.sealAll();
  for (const run of a.puts) await b.core.envelopes([run], 1);
  await b.type("two ");
  await b.sealAll();
  const reader = await openCore(place, first);
  // What it refers to has not come.
  for (const run of b.puts) await reader.core.envelopes([run], 1);
  const moment = await readMoment(reader.core.memory);
  assert(moment.ok, "what counts has a state");
  expect(moment.value.coverage.map(({ seq }) => seq)).toEqual([1]);
  for await (const { doc } of moment.value.docs) expect(doc).toBe("nothing of it");
});
