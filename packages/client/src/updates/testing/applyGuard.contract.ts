/** What every guard does, whatever platform its worker runs on. */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import type { ApplyGuard } from "../applyGuard.ts";
import { docFrom, docOf, visible } from "./editScript.ts";
import { contested, deletionOfFirst, nested } from "./hostileUpdates.ts";

const empty = Y.encodeStateAsUpdate(new Y.Doc());
/** Some minutes. */
const bomb = contested(30_000);
const bombDepth = 50_000;
/** So that it is not the time that ends it. */
const patientMs = 60_000;

export const applyGuardContract = (adapter: string, create: () => ApplyGuard): void => {
  describe(`ApplyGuard contract, ${adapter}`, () => {
    test("what fits the budget comes back applied, formatting and deletions as elsewhere", async () => {
      const doc = docOf(7);
      const updates: Uint8Array[] = [];
      doc.getText("text").insert(0, "before");
      const state = Y.encodeStateAsUpdate(doc);
      doc.on("update", (update: Uint8Array) => updates.push(update));
      doc.getText("text").insert(6, " and after", { bold: true });
      doc.getText("text").delete(0, 3);
      doc.getMap("map").set("a", new Y.Map([["b", 1]]));
      const guard = create();
      const applied = await guard.apply({ state, updates }, patientMs);
      guard.close();
      if (!applied.ok) throw new Error(applied.error.type);
      expect(visible(docFrom([applied.value]))).toEqual(visible(doc));
      expect(applied.value).toEqual(Y.encodeStateAsUpdate(doc));
    });

    test("an update that would take minutes is stopped, and the next one has its turn", async () => {
      const guard = create();
      const [stopped, next] = await Promise.all([
        guard.apply({ state: empty, updates: [bomb] }),
        guard.apply({ state: empty, updates: [] }, patientMs),
      ]);
      guard.close();
      expect(stopped).toMatchObject({ ok: false, error: { type: "TookTooLong" } });
      expect(next).toEqual({ ok: true, value: empty });
    });

    test("an update in which Yjs fails is named, and nothing is left of it", async () => {
      const guard = create();
      const threw = await guard.apply(
        { state: empty, updates: [nested(bombDepth), deletionOfFirst()] },
        patientMs,
      );
      const next = await guard.apply({ state: empty, updates: [] }, patientMs);
      guard.close();
      expect(threw).toEqual({ ok: false, error: { type: "ApplyThrew" } });
      expect(next.ok).toBe(true);
    });

    test("a guard that is closed stops what is under way, and takes nothing more", async () => {
      const guard = create();
      const under = guard.apply({ state: empty, updates: [bomb] });
      const waiting = guard.apply({ state: empty, updates: [] });
      await Promise.resolve();
      guard.close();
      const unavailable = { ok: false, error: { type: "GuardUnavailable" } };
      expect(await under).toEqual(unavailable);
      expect(await waiting).toEqual(unavailable);
      expect(await guard.apply({ state: empty, updates: [] })).toEqual(unavailable);
    });
  });
};
