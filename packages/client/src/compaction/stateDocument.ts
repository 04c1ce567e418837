/** The row of a document whose updates are one whole state. */
import type { DocId, VaultId } from "@duro/protocol";
import * as Y from "yjs";
import type { Write } from "../ports/localStore.ts";
import { updateKey, updatesOf } from "../store/keys.ts";
import type { DocumentRow } from "../store/rows.ts";
import { hasTooDeep } from "../updates/nestingDepth.ts";

export interface StateShape {
  /** How far each clientID is in it. */
  readonly clocks: ReadonlyMap<number, number>;
  readonly structCount: number;
}

/**
 * Undefined: it refers to operations that are not in it, or types in it lie too deep, and no document takes
 * it.
 */
export const shapeOfState = (state: Uint8Array): StateShape | undefined => {
  const { structs, ds } = Y.decodeUpdate(state);
  const clocks = new Map<number, number>();
  for (const { id, length } of structs)
    clocks.set(id.client, Math.max(id.clock + length, clocks.get(id.client) ?? 0));
  const isIn = ({ client, clock }: Y.ID): boolean => clock < (clocks.get(client) ?? 0);
  for (const struct of structs)
    if (struct instanceof Y.Item && !refsOf(struct).every(isIn)) return undefined;
  for (const [client, ranges] of ds.clients)
    for (const { clock, len } of ranges)
      if (len > 0 && !isIn(Y.createID(client, clock + len - 1))) return undefined;
  return hasTooDeep(state) ? undefined : { clocks, structCount: structs.length };
};

/** Before it is placed, a parent is named by its id, or by the name of a root. */
const refsOf = ({ origin, rightOrigin, parent }: Y.Item): readonly Y.ID[] =>
  [origin, rightOrigin, parent].filter((ref): ref is Y.ID => ref instanceof Y.ID);

export interface WholeState {
  readonly doc: DocId;
  readonly state: Uint8Array;
  readonly shape: StateShape;
}

/** Takes the place of whatever is there of it. Behind this number nothing was written before. */
export const stateDocument = (
  vault: VaultId,
  { doc, state, shape }: WholeState,
  before: Pick<DocumentRow, "nextNumber" | "levels">,
): { readonly row: DocumentRow; readonly writes: readonly Write[] } => {
  const { nextNumber } = before;
  const level = Math.max(0, before.levels.length - 1);
  const none = { updateCount: 0, structCount: 0 };
  const { clocks, structCount } = shape;
  const whole = { updateCount: 1, structCount };
  return {
    row: {
      clocks,
      levels: [...Array.from({ length: level }, () => none), whole],
      nextNumber: nextNumber + 1,
    },
    writes: [
      { kind: "deleteRange", table: "updates", ...updatesOf(vault, doc) },
      {
        kind: "put",
        table: "updates",
        key: updateKey(vault, doc, level, nextNumber),
        value: state,
      },
    ],
  };
};
