/** Whether a document has got all that an update refers to. Until then it waits outside of it. */
import type { UpdateShape } from "./readUpdate.ts";

/** How far a document is, by clientID: every clock below that. */
export type StateVector = ReadonlyMap<number, number>;

/** What it still waits for, by clientID; empty: it may be applied. */
export const missingIn = (
  { needs }: Pick<UpdateShape, "needs">,
  state: StateVector,
): ReadonlyMap<number, number> =>
  new Map([...needs].filter(([clientId, clock]) => (state.get(clientId) ?? 0) < clock));
