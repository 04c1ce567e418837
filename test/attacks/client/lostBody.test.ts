/** A18 a body that the relay lost alone, behind a head that it kept: at whole engines, at the relay's real core. */
import type { Engine } from "@duro/client";
import { assert } from "@duro/crypto/types";
import { afterEach, expect, test } from "vitest";
import {
  createManualClock,
  type ManualClock,
} from "../../../packages/client/src/testing/manualClock.ts";
import { endWorlds, openWorld, textOf, until } from "../../client/tools/world.ts";

afterEach(endWorlds);

const stepMs = 5_000;

const pass = async (clock: ManualClock, byMs: number): Promise<void> => {
  for (let leftMs = byMs; leftMs > 0; leftMs -= stepMs) {
    clock.pass(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
};

const worldWithLoss = async () => {
  const clock = createManualClock(Date.now());
  const world = await openWorld({ nowMs: () => clock.nowMs() });
  const { vault, first, open, stores } = world;
  const { vault: id } = vault.state;
  const holder = await open(first, undefined, undefined, { clock });
  const a = await textOf(holder, id);
  a.text().insert(0, "one");
  await until(() => a.vault.status.isCaughtUp && a.vault.status.pendingCount === 0);
  const envelopes = stores.data.envelopes.get(id);
  const at = envelopes?.findLastIndex(({ body }) => body !== undefined) ?? -1;
  const kept = envelopes?.[at];
  assert(envelopes !== undefined && kept !== undefined, "the relay has it");
  envelopes[at] = { ...kept, body: undefined };
  const hasBody = (): boolean => envelopes[at]?.body !== undefined;
  return { ...world, id, clock, holder, a, hasBody };
};

const isHeld = (engine: Engine, id: Parameters<Engine["vault"]>[0]): boolean =>
  engine.vault(id)?.status.heldCount === 1;

test("A18 a body that the relay lost is put back by whoever has it, once somebody misses it", async () => {
  const { id, clock, second, open, hasBody } = await worldWithLoss();
  const missing = await open(second, undefined, undefined, { clock });
  const b = await textOf(missing, id);
  await until(() => isHeld(missing, id));
  await pass(clock, 60_000);
  await until(hasBody);
  await pass(clock, 120_000);
  await until(() => b.text().toJSON() === "one");
  expect(b.vault.status.heldCount).toBe(0);
});

test("A18 a body that is missed while nobody has it is put back when its holder is there again", async () => {
  const { id, clock, second, open, hasBody, holder } = await worldWithLoss();
  holder.disconnect();
  await until(() => ["stopped", "idle"].includes(holder.status.link));
  const missing = await open(second, undefined, undefined, { clock });
  const b = await textOf(missing, id);
  await until(() => isHeld(missing, id));
  await pass(clock, 120_000);
  expect(hasBody()).toBe(false);
  holder.connect();
  await until(() => holder.vault(id)?.status.isCaughtUp === true);
  await pass(clock, 900_000);
  await until(() => b.text().toJSON() === "one");
});
