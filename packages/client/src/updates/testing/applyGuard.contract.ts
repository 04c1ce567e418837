/** What every guard does, whatever platform its worker runs on. */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import type { ApplyGuard, ApplyWork } from "../applyGuard.ts";
import { docOf } from "./editScript.ts";
import { contested, deletionOfFirst, nested } from "./hostileUpdates.ts";

const empty = Y.encodeStateAsUpdate(new Y.Doc());
/** Some minutes. */
const bomb = contested(30_000);
const bombDepth = 50_000;
const work = (given: Uint8Array, updates: readonly Uint8Array[], changeCount = 0): ApplyWork => ({
  document: "one",
  changeCount,
  state: async () => [given],
  updates,
});
const fine = { ok: true, value: undefined };
/** So that it is not the time that ends it. */
const patientMs = 60_000;

export const applyGuardContract = (adapter: string, create: () => ApplyGuard): void => {
  describe(`ApplyGuard contract, ${adapter}`, () => {
    test("what fits the budget is let through, formatting and deletions as well", async () => {
      const doc = docOf(7);
      const updates: Uint8Array[] = [];
      doc.getText("text").insert(0, "before");
      const state = Y.encodeStateAsUpdate(doc);
      doc.on("update", (update: Uint8Array) => updates.push(update));
      doc.getText("text").insert(6, " and after", { bold: true });
      doc.getText("text").delete(0, 3);
      doc.getMap("map").set("a", new Y.Map([["b", 1]]));
      const guard = create();
      expect(await guard.apply(work(state, updates), patientMs)).toEqual(fine);
      guard.close();
    });

    test("a worker goes on with the document that it has, and with what it was told of it", async () => {
      const doc = docOf(7);
      const updates: Uint8Array[] = [];
      doc.on("update", (update: Uint8Array) => updates.push(update));
      for (let at = 0; at < 3; at += 1) doc.getText("text").insert(at, "x");
      const [one, two, three] = updates;
      if (one === undefined || two === undefined || three === undefined) throw new Error("three");
      const guard = create();
      expect(await guard.apply(work(empty, [one]), patientMs)).toEqual(fine);
      guard.passed({ document: "one", changeCount: 1, update: two });
      // Without the two before it there is no place for it, and this state has neither.
      expect(await guard.apply(work(empty, [three], 2), patientMs)).toEqual(fine);
      expect(await guard.apply(work(empty, [three], 7), patientMs)).toEqual({
        ok: false,
        error: { type: "ApplyThrew" },
      });
      guard.close();
    });

    test("an update that would take minutes is stopped, and the next one has its turn", async () => {
      const guard = create();
      const [stopped, next] = await Promise.all([
        guard.apply(work(empty, [bomb])),
        guard.apply(work(empty, []), patientMs),
      ]);
      guard.close();
      expect(stopped).toMatchObject({ ok: false, error: { type: "TookTooLong" } });
      expect(next).toEqual(fine);
    });

    test("an update in which Yjs fails is named, and nothing is left of it", async () => {
      const guard = create();
      const threw = await guard.apply(
        work(empty, [nested(bombDepth), deletionOfFirst()]),
        patientMs,
      );
      const next = await guard.apply(work(empty, []), patientMs);
      guard.close();
      expect(threw).toEqual({ ok: false, error: { type: "ApplyThrew" } });
      expect(next.ok).toBe(true);
    });

    test("a guard that is closed stops what is under way, and takes nothing more", async () => {
      const guard = create();
      const under = guard.apply(work(empty, [bomb]));
      const waiting = guard.apply(work(empty, []));
      await Promise.resolve();
      guard.close();
      const unavailable = { ok: false, error: { type: "GuardUnavailable" } };
      expect(await under).toEqual(unavailable);
      expect(await waiting).toEqual(unavailable);
      expect(await guard.apply(work(empty, []))).toEqual(unavailable);
    });
  });
};
