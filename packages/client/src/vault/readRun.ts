/**
 * A run of one chain as it lies in the store. It was verified before it was stored; the type is only made
 * where that happens.
 */
import { assert } from "@duro/crypto/types";
import {
  type Envelope,
  type KnownDevice,
  type VerifiedEnvelope,
  verifyEnvelope,
  verifyRun,
} from "@duro/crypto/verify";
import type { ChainRow } from "../store/rows.ts";
import type { VaultRows } from "./draft.ts";
import { readEnvelopes } from "./readEnvelopes.ts";

/**
 * A page from one seq on and before another. Nothing: it is not here. Whether a signature within a run is
 * good nobody has looked at, and a relay may have spoiled the one at the page's end: then what follows is
 * read as well, up to one that is good. The one of the chain's head is.
 */
export const readRun = async (
  { store, vault }: Pick<VaultRows, "store" | "vault">,
  { chain, head }: ChainRow,
  { signKey }: Pick<KnownDevice, "signKey">,
  fromSeq: number,
  endSeq = head.at + 1,
): Promise<readonly VerifiedEnvelope[]> => {
  const envelopes: Envelope[] = [
    ...(await readEnvelopes({ store, vault }, chain, fromSeq, endSeq)),
  ];
  const [first] = envelopes;
  if (first === undefined) return [];
  const known = {
    vault,
    chain,
    head: { at: first.head.seq - 1, id: first.head.previous },
    epoch: first.head.epoch,
  };
  for (;;) {
    const run = verifyRun(known, envelopes, signKey);
    if (run.ok) return run.value.envelopes.filter((envelope) => envelope.head.seq < endSeq);
    const nextSeq = first.head.seq + envelopes.length;
    assert(
      run.error.type === "BadSignature" && nextSeq <= head.at,
      "what was verified and stored verifies again",
    );
    const more = await readEnvelopes({ store, vault }, chain, nextSeq, head.at + 1);
    const signed = more.findIndex((envelope) => verifyEnvelope(envelope, signKey).ok);
    envelopes.push(...(signed === -1 ? more : more.slice(0, signed + 1)));
  }
};
