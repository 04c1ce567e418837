import { expect, test } from "vitest";
import * as Y from "yjs";
import { systemClock } from "../clock/systemClock.ts";
import type { ApplyWork } from "./applyGuard.ts";
import { createNodeApplyGuard } from "./nodeApplyGuard.ts";
import { applyGuardContract } from "./testing/applyGuard.contract.ts";
import { inEachNested, nested } from "./testing/hostileUpdates.ts";

applyGuardContract("Node", () => createNodeApplyGuard({ clock: systemClock }));

/** So that it is not the time that ends it. */
const patientMs = 60_000;

test("an update that would fill the memory is stopped before it has, and this process goes on", async () => {
  const count = 20_000;
  const guard = createNodeApplyGuard({ clock: systemClock, memoryMiB: 64 });
  const state = Y.encodeStateAsUpdate(new Y.Doc());
  const work = (
    changeCount: number,
    of: Uint8Array,
    updates: readonly Uint8Array[],
  ): ApplyWork => ({
    document: "one",
    changeCount,
    state: async () => [of],
    updates,
  });
  const result = await guard.apply(work(0, state, [nested(count)]), patientMs);
  expect(result.ok).toBe(true);
  const stopped = await guard.apply(work(7, nested(count), [inEachNested(count)]), patientMs);
  guard.close();
  expect(stopped).toEqual({ ok: false, error: { type: "TookTooMuch" } });
});
