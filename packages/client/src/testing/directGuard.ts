/** A guard without a worker: for tests and the simulation, in which nobody is slow and nobody a stranger. */
import { err, ok } from "@duro/crypto/types";
import { applyUpdate, Doc } from "yjs";
import type { ApplyGuard } from "../updates/applyGuard.ts";

export const createDirectGuard = (): ApplyGuard => ({
  apply: async ({ state, updates }) => {
    const all = [...(await state()), ...updates];
    const ydoc = new Doc();
    try {
      for (const update of all) applyUpdate(ydoc, update);
    } catch {
      return err({ type: "ApplyThrew" });
    }
    return ok(undefined);
  },
  passed: () => {},
  close: () => {},
});
