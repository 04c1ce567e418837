/** Bodies that come later than their envelopes. */
import { assert, EnvelopeKind } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import { envelopesToRun, type Run, runToEnvelopes } from "@duro/protocol";
import { expect, test } from "vitest";
import { createPlace, openCore, type Place } from "../testing/vaultPlace.ts";
import { give, withoutEdits } from "./testing/compactingPlace.ts";

const altered = ({ vault }: Place, run: Run): Run =>
  envelopesToRun(
    runToEnvelopes(vault.state.vault, run, envelopeIdOf).map(({ head, signature, body }) => ({
      head,
      signature,
      body: head.kind === EnvelopeKind.Data ? body?.map((byte) => byte ^ 1) : body,
    })),
  );

test("[CP9] a body that comes later counts if it is the one that its head names", async () => {
  const place = createPlace(2);
  const [first, second] = place.devices;
  assert(first !== undefined && second !== undefined, "two devices");
  const a = await openCore(place, first);
  await a.core.connected([], undefined);
  await a.type("one");
  await a.sealAll();
  const b = await openCore(place, second);
  await give(b, withoutEdits(place, a.puts));
  expect([...b.core.memory.holds.values()].map(({ why }) => why)).toEqual(["a body"]);
  await give(
    b,
    a.puts.map((run) => altered(place, run)),
  );
  expect(await b.text()).toBe("");
  expect(b.failures).toEqual([]);
  await give(b, a.puts);
  expect(await b.text()).toBe("one");
  expect(b.core.memory.holds.size).toBe(0);
});
