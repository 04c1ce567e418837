/** Envelopes of one chain from the store, to be opened. They were verified before they were kept. */
import { openBody } from "@duro/crypto";
import { type VerifiedEnvelope, verifyRun } from "@duro/crypto/verify";
import { type Body, type ChainId, decodeBody } from "@duro/protocol";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import { deviceOf, type LogView } from "../vault/view.ts";
import type { Looked } from "./placesHere.ts";

/** A page from one seq on and before another. Nothing: it is not here any more. */
export const readVerified = async (
  { store, vault, chains, view }: Looked,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
): Promise<readonly VerifiedEnvelope[]> => {
  const row = chains.get(chain);
  const device = row === undefined ? undefined : deviceOf(view, row);
  const page = await readEnvelopes({ store, vault }, chain, fromSeq, endSeq);
  const [first] = page;
  if (device === undefined || first === undefined) return [];
  const known = {
    vault,
    chain,
    head: { at: first.head.seq - 1, id: first.head.previous },
    epoch: first.head.epoch,
  };
  const run = verifyRun(known, page, device.signKey);
  return run.ok ? run.value.envelopes : [];
};

/** What it says; undefined: its body or its key is not here, or it says nothing that can be read. */
export const bodyOf = ({ keys }: LogView, envelope: VerifiedEnvelope): Body | undefined => {
  const key = keys.get(envelope.head.epoch);
  const content = key === undefined ? undefined : openBody(key, envelope);
  if (content?.ok !== true) return undefined;
  const body = decodeBody(envelope.head, content.value);
  return body.ok ? body.value : undefined;
};
