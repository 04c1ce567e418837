/** One entry in the bytes of y-protocols: it reads them without a look, so nobody else writes them. */
import { encode } from "@duro/crypto/types";
import type { PresenceState } from "./presenceForm.ts";

export interface AwarenessEntry {
  readonly clientId: number;
  readonly clock: number;
  readonly state: PresenceState | null;
}

export const awarenessUpdate = ({ clientId, clock, state }: AwarenessEntry): Uint8Array =>
  encode((to) => {
    to.varUint(1);
    to.varUint(clientId);
    to.varUint(clock);
    to.text(JSON.stringify(state));
  });
