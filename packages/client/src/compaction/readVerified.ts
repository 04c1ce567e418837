/** Envelopes of one chain from the store, to be opened. They were verified before they were kept. */
import { openBody } from "@duro/crypto";
import type { VerifiedEnvelope } from "@duro/crypto/verify";
import { type Body, type ChainId, decodeBody } from "@duro/protocol";
import { readRun } from "../vault/readRun.ts";
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
  if (row === undefined || device === undefined) return [];
  return readRun({ store, vault }, row, device, fromSeq, Math.min(endSeq, row.head.at + 1));
};

/** What it says; undefined: its body or its key is not here, or it says nothing that can be read. */
export const bodyOf = ({ keys }: LogView, envelope: VerifiedEnvelope): Body | undefined => {
  const key = keys.get(envelope.head.epoch);
  const content = key === undefined ? undefined : openBody(key, envelope);
  if (content?.ok !== true) return undefined;
  const body = decodeBody(envelope.head, content.value);
  return body.ok ? body.value : undefined;
};
