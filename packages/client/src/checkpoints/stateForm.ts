/**
 * The two forms of Yjs in which a state lies in a checkpoint. V2 is far shorter; but text of half a pair of
 * units, which JSON in V1 can hold, does not come back from it, so such a document lies there as V1.
 */

/** Numbers on the wire: never reused. */
export const StateForm = { V1: 1, V2: 2 } as const;
export type StateForm = (typeof StateForm)[keyof typeof StateForm];

/** A state, and in which form these bytes are it. */
export interface FormedState {
  readonly form: StateForm;
  readonly packed: Uint8Array;
}
