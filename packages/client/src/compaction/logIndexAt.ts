/** Of the vault's log, as an envelope that is here names it. */
import type { ChainId } from "@duro/protocol";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { Looked } from "./placesHere.ts";

/** Undefined: the envelope is not here, or its log is not here that far. */
export const logIndexAt = async (
  { store, vault, view }: Looked,
  chain: ChainId,
  seq: number,
): Promise<number | undefined> => {
  const [envelope] = await readEnvelopes({ store, vault }, chain, seq, seq + 1);
  return envelope === undefined ? undefined : view.state.indexByRecord.get(envelope.head.logHead);
};
